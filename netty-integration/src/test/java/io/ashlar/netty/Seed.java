// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

/** The seed of a random test: printed, and taken from {@code -Dashlar.test.seed} to run the same test again. */
final class Seed {

    private Seed() {}

    static long of(Class<?> test) {
        long seed = Long.getLong("ashlar.test.seed", System.nanoTime());
        System.out.println(test.getSimpleName() + ": -Dashlar.test.seed=" + seed);
        return seed;
    }
}
