// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.AllocationException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Says why a request could not be served: whose limit it was, what is used, and by whom. */
final class ShortageReport {

    private static final int MOST_NAMED = 3;

    private ShortageReport() {}

    /**
     * Makes the exception. O(shards × size classes).
     *
     * @param pool who was asked
     * @param limiting whose limit it was: the pool, or one above it
     */
    static AllocationException of(MemoryPool<?> pool, MemoryPool<?> limiting, int size) {
        PoolStats stats = pool.stats();
        PoolEvents.hitLimit(stats, size);
        StringBuilder hint = new StringBuilder(figures(stats));
        List<String> users = users(pool, stats);
        if (!users.isEmpty()) {
            hint.append(", most of it in ").append(String.join(", ", users));
        }
        if (limiting != pool) {
            hint.append("; what is short is its parent ")
                    .append(limiting.name())
                    .append(": ");
            hint.append(figures(limiting.stats())).append(shares(limiting));
        }
        hint.append(": raise the limit, or look for buffers that are kept too long or never released");
        return new AllocationException(
                AllocationException.Reason.SOURCE_EXHAUSTED,
                "pool " + pool.name(),
                size,
                stats.headroomBytes(),
                hint.toString());
    }

    private static String figures(PoolStats stats) {
        return "limit=" + stats.limitBytes() + " reserved=" + stats.reservedBytes() + " used=" + stats.usedBytes()
                + " outstanding=" + stats.outstanding();
    }

    /** The kinds of blocks that most of the used bytes are in. */
    private static List<String> users(MemoryPool<?> pool, PoolStats stats) {
        record User(String what, long blocks, long bytes) {}
        List<User> all = new ArrayList<>();
        long small = 0;
        long smallBytes = 0;
        for (SizeClassStats each : pool.sizeClassStats()) {
            long bytes = each.outstanding() * each.blockBytes();
            small += each.outstanding();
            smallBytes += bytes;
            all.add(new User("blocks of " + each.blockBytes() + " bytes", each.outstanding(), bytes));
        }
        all.add(new User("large blocks", stats.outstanding() - small, stats.usedBytes() - smallBytes));
        return all.stream()
                .filter(user -> user.bytes() > 0)
                .sorted(Comparator.comparingLong(User::bytes).reversed())
                .limit(MOST_NAMED)
                .map(user -> user.blocks() + " " + user.what() + " (" + user.bytes() + ")")
                .toList();
    }

    /** What the children of a pool have of it. */
    private static String shares(MemoryPool<?> pool) {
        StringBuilder all = new StringBuilder();
        for (MemoryPool<?> child : pool.family().children()) {
            Budget budget = child.budget();
            all.append(all.isEmpty() ? ", of which " : ", ")
                    .append(child.name())
                    .append(" has ");
            all.append(budget.taken());
            if (budget.reservation() > 0) {
                all.append(" (promised ").append(budget.reservation()).append(')');
            }
        }
        return all.toString();
    }
}
