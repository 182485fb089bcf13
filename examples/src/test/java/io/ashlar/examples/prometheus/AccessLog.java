// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.prometheus;

import io.ashlar.memory.AllocationException;
import io.ashlar.message.LongField;
import io.ashlar.message.ObjectPool;
import io.ashlar.message.OffHeapObject;
import io.ashlar.message.Schema;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Notes each request in an object of a pool, for a thread that writes them down. That one is held up now and then, as by a slow disk: then entries are dropped, and
 * who insists on one has to wait.
 */
final class AccessLog {

    private static final int CAPACITY = 64;
    /** Of which all entries take more than a quarter: then the board draws it. */
    private static final int LIMIT = 64 << 10;

    private static final int LONGEST_PATH = 240;
    private static final int ENTRIES_PER_STALL = 400;
    private static final long STALL_MILLIS = 100;
    private static final long HEARTBEAT_MILLIS = 20;

    /** One line of the log. */
    static final class Entry extends OffHeapObject {

        static final Schema SCHEMA = Schema.builder("Entry")
                .int64("time")
                .int64("length")
                .ascii("path", LONGEST_PATH)
                .build();
        private static final LongField TIME = SCHEMA.longField("time");
        private static final LongField LENGTH = SCHEMA.longField("length");

        Entry(ObjectPool.Slot slot) {
            super(slot);
        }
    }

    private final ObjectPool<Entry> pool = ObjectPool.builder(Entry.SCHEMA, Entry::new)
            .name("access-log")
            .capacity(CAPACITY)
            .limit(LIMIT)
            .build();
    private final BlockingQueue<Entry> written = new ArrayBlockingQueue<>(CAPACITY);
    private final Thread writer = new Thread(this::write, "access-log-writer");
    private final Thread heartbeat = new Thread(this::beat, "access-log-heartbeat");
    // Synchronization: volatile, set once by stop().
    private volatile boolean closed;

    AccessLog() {
        writer.start();
        heartbeat.start();
    }

    ObjectPool<Entry> pool() {
        return pool;
    }

    /** Notes a request, if there is room for it. Never waits. */
    void note(long length) {
        Entry entry = pool.tryAcquire();
        if (entry != null) {
            add(entry, length);
        }
    }

    private void add(Entry entry, long length) {
        Entry.TIME.set(entry, System.currentTimeMillis());
        Entry.LENGTH.set(entry, length);
        written.add(entry);
    }

    /** Notes that the server lives, and waits for that. */
    private void beat() {
        try {
            while (!closed) {
                Thread.sleep(HEARTBEAT_MILLIS);
                try {
                    add(pool.acquire(1, TimeUnit.SECONDS), 0);
                } catch (AllocationException noneCameBack) {
                    // the pool has counted it
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        try {
            for (int i = 1; !closed || heartbeat.isAlive() || !written.isEmpty(); i++) {
                Entry entry = written.poll(HEARTBEAT_MILLIS, TimeUnit.MILLISECONDS);
                if (entry != null) {
                    entry.release();
                }
                if (i % ENTRIES_PER_STALL == 0) {
                    Thread.sleep(STALL_MILLIS);
                }
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes what is noted; nobody may note anything any more. */
    void stop() throws InterruptedException {
        closed = true;
        heartbeat.join();
        writer.join();
        pool.close();
    }
}
