// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.MemorySource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The figures of a pool, summed when somebody asks for them from what its shards, its budget and its regions count.
 *
 * <p>Synchronization: nothing here is shared but what those publish themselves; no owner of a shard waits for a reader.
 */
final class PoolFigures<V> {

    private final MemoryPool<V> pool;
    private final MemorySource source;
    private final PoolCounters counters;
    private final Stripe<V>[] stripes;
    private final ShardList<V> owned;

    PoolFigures(
            MemoryPool<V> pool, MemorySource source, PoolCounters counters, Stripe<V>[] stripes, ShardList<V> owned) {
        this.pool = pool;
        this.source = source;
        this.counters = counters;
        this.stripes = stripes;
        this.owned = owned;
    }

    PoolStats pool() {
        Totals totals = settledTotals();
        Regions regions = pool.regions();
        Budget budget = pool.budget();
        PoolFamily family = pool.family();
        boolean isRoot = family.parent() == null;
        long childrenTaken = family.childrenTakenBytes();
        long taken = budget.taken();
        long reserved = isRoot ? source.reserved() : taken;
        return new PoolStats(
                pool.name(),
                source.kind(),
                totals.requested,
                totals.used,
                Math.max(0, taken - childrenTaken - totals.used),
                childrenTaken,
                Math.max(0, reserved - Math.max(taken, totals.used)),
                reserved,
                isRoot ? source.peak() : budget.peak(),
                budget.reservation(),
                budget.limit(),
                isRoot ? Math.max(0, budget.limit() - Math.max(reserved, budget.demand())) : budget.headroom(),
                isRoot ? regions.fragmentation() : 0,
                totals.allocations - totals.frees,
                totals.allocations,
                totals.frees,
                totals.remoteFrees,
                budget.fetches(),
                isRoot ? regions.returnedBytes() : 0,
                isRoot ? regions.discardedBytes() : 0,
                totals.failures,
                isRoot ? source.fallbacks() : 0,
                isRoot ? regions.count() : 0,
                owned.snapshot().size(),
                pool.isClosed());
    }

    List<SizeClassStats> sizeClasses() {
        Totals totals = settledTotals();
        List<SizeClassStats> all = new ArrayList<>();
        for (int c = 0; c < pool.sizeClasses(); c++) {
            all.add(new SizeClassStats(
                    SizeClasses.blockSize(c), totals.smallAllocations[c], totals.smallFrees[c], totals.slabBytes[c]));
        }
        return all;
    }

    /** One of them, as it stands. */
    SizeClassStats sizeClass(int sizeClass) {
        if (sizeClass < 0 || sizeClass >= pool.sizeClasses()) {
            throw new IndexOutOfBoundsException("sizeClass=" + sizeClass + " is not one of the " + pool.sizeClasses()
                    + " that pool " + pool.name() + " has, counted from 0");
        }
        return owned.sum((shards, retired) -> counters.sum(sizeClass, retired, stripesAnd(shards)));
    }

    List<ShardStats> shards() {
        pool.retireDead();
        List<ShardStats> all = new ArrayList<>();
        for (int i = 0; i < stripes.length; i++) {
            all.add(stripes[i].stats(stripeName(i)));
        }
        for (OwnedShard<V> shard : owned.snapshot()) {
            all.add(shard.stats(shard.ownerName()));
        }
        return all;
    }

    /** Those of a name, as they stand. */
    List<ShardStats> shards(String name) {
        List<ShardStats> found = new ArrayList<>();
        for (int i = 0; i < stripes.length; i++) {
            if (stripeName(i).equals(name)) {
                found.add(stripes[i].stats(name));
            }
        }
        for (OwnedShard<V> shard : owned.snapshot()) {
            if (shard.ownerName().equals(name)) {
                found.add(shard.stats(name));
            }
        }
        return found;
    }

    private static String stripeName(int stripe) {
        return "stripe-" + stripe;
    }

    /** What is summed, as it stands. Nothing is given back on the way: this may be called under locks. */
    Totals totals() {
        return owned.sum((shards, retired) -> {
            Totals totals = counters.sum(pool.large().counters(), stripesAnd(shards));
            totals.add(retired);
            return totals;
        });
    }

    private Totals settledTotals() {
        pool.retireDead();
        pool.regions().retryStuck();
        return totals();
    }

    private List<Shard<V>> stripesAnd(List<OwnedShard<V>> shards) {
        List<Shard<V>> all = new ArrayList<>(Arrays.asList(stripes));
        all.addAll(shards);
        return all;
    }
}
