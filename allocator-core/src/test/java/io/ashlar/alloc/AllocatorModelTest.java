// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * Random work for each allocator, watched by an oracle that knows all rules.
 *
 * <p>Ten million steps for each: {@code mvn -pl allocator-core test -Dtest=AllocatorModelTest
 * -Dashlar.test.ops=10000000}. A failure names the seed; with {@code -Dashlar.test.seed=...} and the same number of steps
 * the run is the same.
 */
class AllocatorModelTest {

    private static final int OPS = Integer.getInteger("ashlar.test.ops", 200_000);
    private static final long SEED = Long.getLong("ashlar.test.seed", System.nanoTime());

    @Test
    void slab() {
        run("Slab", SlabModel::new);
    }

    @Test
    void buddy() {
        run("Buddy", BuddyModel::new);
    }

    @Test
    void bump() {
        run("Bump", BumpModel::new);
    }

    private static void run(String name, AllocatorModel.Kind kind) {
        String how = name + ": -Dashlar.test.seed=" + SEED + " -Dashlar.test.ops=" + OPS;
        System.out.println(how);
        SplittableRandom random = new SplittableRandom(SEED);
        int left = OPS;
        int rounds = 0;
        try {
            while (left > 0) {
                int ops = Math.min(left, 1 + random.nextInt(10_000));
                left -= ops;
                rounds++;
                kind.create(random.split(), UnaryOperator.identity()).run(ops);
            }
        } catch (RuntimeException | Error e) {
            throw new AssertionError(how + ", in round " + rounds + ": " + e.getMessage(), e);
        }
    }
}
