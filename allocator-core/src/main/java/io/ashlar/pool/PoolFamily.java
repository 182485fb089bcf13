// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.AllocatorConfigException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A pool's parent, from whose regions it takes its runs, and its children.
 *
 * <p>Synchronization: the children change under the lock of {@link Regions}; the list is replaced, never changed, and read by anybody.
 */
final class PoolFamily {

    private final MemoryPool<?> pool;
    private final @Nullable MemoryPool<?> parent;
    private volatile List<MemoryPool<?>> children = List.of();

    /** Closed children of which something is still out. */
    // Synchronization: copied when it changes.
    private final List<MemoryPool<?>> departed = new CopyOnWriteArrayList<>();

    PoolFamily(MemoryPool<?> pool, @Nullable MemoryPool<?> parent) {
        this.pool = pool;
        this.parent = parent;
    }

    @Nullable
    MemoryPool<?> parent() {
        return parent;
    }

    MemoryPool<?> root() {
        MemoryPool<?> root = pool;
        for (MemoryPool<?> next = parent; next != null; next = root.family().parent) {
            root = next;
        }
        return root;
    }

    List<MemoryPool<?>> children() {
        return children;
    }

    /** Bytes of the runs that children have, also closed ones. Without a lock. */
    long childrenTakenBytes() {
        long taken = 0;
        for (MemoryPool<?> child : childrenAndDeparted()) {
            taken += child.budget().taken();
        }
        return taken;
    }

    /** Used bytes of the pool and of all below it, also of what is still out of closed ones. Without a lock. */
    long usedBytes() {
        long used = pool.usedBytes();
        for (MemoryPool<?> child : childrenAndDeparted()) {
            used += child.family().usedBytes();
        }
        return used;
    }

    private List<MemoryPool<?>> childrenAndDeparted() {
        List<MemoryPool<?>> now = children; // first: who leaves is among the departed before it is no child any more
        if (departed.isEmpty()) {
            return now;
        }
        departed.removeIf(child -> child.budget().taken() == 0);
        List<MemoryPool<?>> all = new ArrayList<>(departed);
        all.removeAll(now);
        all.addAll(now);
        return all;
    }

    /** The pool and all below it, parents first. */
    List<MemoryPool<?>> members() {
        List<MemoryPool<?>> all = new ArrayList<>();
        addTo(all);
        return all;
    }

    private void addTo(List<MemoryPool<?>> all) {
        all.add(pool);
        children.forEach(child -> child.family().addTo(all));
    }

    /** Whose limit, or whose promises to others, leave no room for so many bytes more; the root if it is the source that has none. */
    MemoryPool<?> shortOf(long bytes) {
        ReentrantLock lock = pool.regions().lock();
        lock.lock();
        try {
            Budget refusing = pool.budget().refusing(bytes);
            MemoryPool<?> each = pool;
            for (MemoryPool<?> next = parent; next != null && each.budget() != refusing; next = each.family().parent) {
                each = next;
            }
            return each;
        } finally {
            lock.unlock();
        }
    }

    /** Makes a pool a child of its parent; it is not known to anybody yet. */
    void join(long reservation) {
        MemoryPool<?> elder = parent;
        if (elder != null && !elder.family().tryAdopt(pool, reservation)) {
            elder.trim(); // what is idle there is in the way of a promise, but is not needed
            if (!elder.family().tryAdopt(pool, reservation)) {
                throw new AllocatorConfigException("reservation=" + reservation + " bytes for pool " + pool.name()
                        + " cannot be promised: parent " + elder.budget() + " has headroom="
                        + elder.budget().headroom());
            }
        }
    }

    private boolean tryAdopt(MemoryPool<?> child, long reservation) {
        ReentrantLock lock = pool.regions().lock();
        lock.lock();
        try {
            if (pool.isClosed()) {
                throw pool.closedException();
            }
            for (MemoryPool<?> sibling : children) {
                if (sibling.name().equals(child.name())) {
                    throw new AllocatorConfigException(
                            "pool " + child.name() + " is there already: close it first, or take another name");
                }
            }
            if (pool.budget().refusing(reservation) != null) {
                return false;
            }
            child.budget().reserve(reservation);
            List<MemoryPool<?>> more = new ArrayList<>(children);
            more.add(child);
            children = List.copyOf(more);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Closes the children of a closed pool: also one that was adopted just before it was closed. */
    void closeChildren() {
        ReentrantLock lock = pool.regions().lock();
        List<MemoryPool<?>> all;
        lock.lock();
        try {
            all = children;
        } finally {
            lock.unlock();
        }
        all.forEach(MemoryPool::close);
    }

    /** Takes a closed pool away from its parent. What it still has out counts there until it comes back; what was promised to it is free. */
    void leave() {
        MemoryPool<?> elder = parent;
        if (elder == null) {
            return;
        }
        ReentrantLock lock = pool.regions().lock();
        lock.lock();
        try {
            pool.budget().reserve(0);
            PoolFamily family = elder.family();
            if (pool.budget().taken() > 0) {
                family.departed.add(pool);
            }
            family.children =
                    family.children.stream().filter(child -> child != pool).toList();
        } finally {
            lock.unlock();
        }
    }
}
