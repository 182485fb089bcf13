// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An empty file that any number of private mappings are made of, all of the same bytes from its beginning: what is written into one of them
 * never reaches the file, hence none of the others. So it is made once and not for each mapping, and the operating system keeps each of its OS
 * pages in the file cache once.
 *
 * <p>It is open as long as there is a mapping.
 *
 * <pre>
 *   law: the channel is null or closed, or mappings &gt; 0
 * </pre>
 *
 * <p>Synchronization: all fields are guarded by the lock; the mapping itself is made and undone without it.
 */
final class SparseFile {

    private final SparseFiles directory;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable FileChannel channel;
    private int mappings;

    SparseFile(SparseFiles directory) {
        this.directory = directory;
    }

    /**
     * Makes a mapping, also for a thread that is interrupted, and remains so.
     *
     * @param layout its size and alignment
     * @return the memory
     * @throws IOException if the file cannot be made or mapped; its cause is an {@link OutOfMemoryError} if address space is short
     */
    NativeMemory map(Layout layout) throws IOException {
        boolean interrupted = false;
        boolean mapped = false;
        enter();
        try {
            while (true) {
                try {
                    NativeMemory mapping = JdkInternals.map(open(), layout.size(), layout.align());
                    mapped = true;
                    return new NativeMemory(mapping.buffer(), mapping.address(), () -> unmap(mapping), true);
                } catch (ClosedChannelException again) {
                    // A channel closes itself when a thread that uses it is interrupted, and fails all others.
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (!mapped) {
                leave();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void unmap(NativeMemory mapping) {
        mapping.free().run(); // fails while an I/O operation is using the memory, and is tried again
        leave();
    }

    private void enter() {
        lock.lock();
        try {
            mappings++;
        } finally {
            lock.unlock();
        }
    }

    private FileChannel open() throws IOException {
        lock.lock();
        try {
            FileChannel open = channel;
            if (open == null || !open.isOpen()) {
                open = directory.open();
                channel = open;
            }
            return open;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            if (--mappings == 0 && channel != null) {
                closeQuietly(channel);
                channel = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** The file is empty and of no further use, so that a failure to close it has no consequence for the memory. */
    private static void closeQuietly(FileChannel file) {
        try {
            file.close();
        } catch (IOException ignored) {
            // Nothing was written that could be lost.
        }
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
