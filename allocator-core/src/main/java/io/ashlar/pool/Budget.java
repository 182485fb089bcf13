// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What one pool may take from the regions that it shares with its parent and its children, in bytes of runs.
 *
 * <p>A pool asks its parent for what exceeds its reservation, the parent asks its own, and so on up to the root: all agree, or nothing is taken. A
 * reservation is asked for once, when the pool is made, and nobody else gets it from then on. (Apache Arrow's child allocators count alike.)
 *
 * <pre>
 *   law: taken  == bytes of the runs of this pool and of all below it
 *        demand == bytes of its own runs + sum of max(demand, reservation) of its children
 *        taken &lt;= demand &lt;= limit,  taken &lt;= peak &lt;= limit
 * </pre>
 *
 * <p>It is asked once per run, never per block: so a limit costs nothing on the path of a block at hand.
 *
 * <p>Synchronization: all fields are changed under the lock of {@link Regions}, as opaque stores; a scrape reads them without it.
 */
final class Budget {

    private static final VarHandle TAKEN = published("taken");
    private static final VarHandle DEMAND = published("demand");
    private static final VarHandle PEAK = published("peak");
    private static final VarHandle RESERVATION = published("reservation");
    private static final VarHandle FETCHES = published("fetches");

    private final String name;
    private final @Nullable Budget parent;
    private final long limit;
    /** Called whenever a run was taken here or below, under the lock of the regions. */
    private final Runnable whenFetched;

    private long taken;
    private long demand;
    private long peak;
    private long reservation;
    /** How many runs were taken by the pool itself. */
    private long fetches;

    Budget(String name, @Nullable Budget parent, long limit, Runnable whenFetched) {
        this.whenFetched = whenFetched;
        this.name = name;
        this.parent = parent;
        this.limit = limit;
    }

    private static VarHandle published(String field) {
        try {
            return MethodHandles.lookup()
                    .findVarHandle(Budget.class, field, long.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // ---- under the lock of the regions

    /** Whose limit, or whose promises to others, leave no room for so many bytes more; null if there is room. */
    @Nullable
    Budget refusing(long bytes) {
        long more = bytes;
        for (Budget each = this; each != null; each = each.parent) {
            if (more > each.limit - each.demand) {
                return each;
            }
            more = each.claimWith(more) - each.claimWith(0);
        }
        return null;
    }

    /** What it asks of its parent, if it wants so many bytes more than now. */
    private long claimWith(long more) {
        return Math.max(reservation, demand + more);
    }

    /** A run was taken; there has to be room for it. */
    void fetched(long bytes) {
        FETCHES.setOpaque(this, fetches + 1);
        take(bytes);
        for (Budget each = this; each != null; each = each.parent) {
            each.whenFetched.run();
        }
    }

    /** A run has grown by so many bytes; there has to be room for them. */
    void take(long bytes) {
        for (Budget each = this; each != null; each = each.parent) {
            TAKEN.setOpaque(each, each.taken + bytes);
            if (each.taken > each.peak) {
                PEAK.setOpaque(each, each.taken);
            }
        }
        demand(bytes);
    }

    void giveBack(long bytes) {
        for (Budget each = this; each != null; each = each.parent) {
            TAKEN.setOpaque(each, each.taken - bytes);
        }
        demand(-bytes);
    }

    private void demand(long bytes) {
        long change = bytes;
        for (Budget each = this; each != null && change != 0; each = each.parent) {
            long claimedBefore = each.claimWith(0);
            DEMAND.setOpaque(each, each.demand + change);
            change = each.claimWith(0) - claimedBefore;
        }
    }

    /** Changes what the pool is sure to get; if it is more than before, there has to be room for it. */
    void reserve(long bytes) {
        long claimedBefore = claimWith(0);
        RESERVATION.setOpaque(this, bytes);
        if (parent != null) {
            parent.demand(claimWith(0) - claimedBefore);
        }
    }

    void checkInvariants() {
        if (taken < 0 || taken > demand || demand > limit || taken > peak || peak > limit) {
            throw new IllegalStateException(this + " peak=" + peak);
        }
    }

    // ---- for a scrape, by anybody

    String name() {
        return name;
    }

    long limit() {
        return limit;
    }

    /** Bytes of the runs of this pool and of all below it. */
    long taken() {
        return (long) TAKEN.getOpaque(this);
    }

    /** The most that {@link #taken()} has been. */
    long peak() {
        return (long) PEAK.getOpaque(this);
    }

    /** What nobody else gets. */
    long reservation() {
        return (long) RESERVATION.getOpaque(this);
    }

    /** How many runs the pool itself has taken. */
    long fetches() {
        return (long) FETCHES.getOpaque(this);
    }

    /** The bytes of runs that it takes or has promised to those below it. */
    long demand() {
        return (long) DEMAND.getOpaque(this);
    }

    /** How many bytes more it would get, if runs of any length could be had. */
    long headroom() {
        long room = Long.MAX_VALUE;
        long unclaimed = 0; // what those below could take without asking this one
        for (Budget each = this; each != null; each = each.parent) {
            long own = each.demand();
            room = Math.min(room, unclaimed + Math.max(0, each.limit - own));
            unclaimed += Math.max(0, each.reservation() - own);
        }
        return room;
    }

    @Override
    public String toString() {
        return name + ": limit=" + limit + " reservation=" + reservation() + " demand=" + demand() + " taken="
                + taken();
    }
}
