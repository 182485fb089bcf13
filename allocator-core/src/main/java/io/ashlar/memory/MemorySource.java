// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where regions come from and go back to.
 *
 * <p>A region goes back by {@link MemoryRegion#close()}.
 *
 * <p><b>Thread safety.</b> Sources may be used from any thread.
 */
public interface MemorySource {

    /**
     * A short, stable name of the kind of memory, for logs and metrics: {@code "mapped"}, {@code "direct"},
     * {@code "heap"}, {@code "wrap"} or a name of the implementor's own.
     *
     * @return the kind
     */
    String kind();

    /**
     * Obtains a region of exactly {@code layout.size()} bytes whose first byte is aligned to {@code layout.align()}.
     * The contents are undefined.
     *
     * <p>The sources of this package have no region of more than 2,147,483,639 bytes ({@code Integer.MAX_VALUE - 8}).
     *
     * @param layout size and alignment of the region in bytes; the size is at least 1
     * @return the region, or null if the source has not that much left
     * @throws IllegalArgumentException if the size is 0
     */
    @Nullable
    MemoryRegion tryAcquire(Layout layout);

    /**
     * Obtains a region as {@link #tryAcquire(Layout)} does.
     *
     * @param layout size and alignment of the region in bytes
     * @return the region
     * @throws AllocationException if the source has not that much left
     */
    default MemoryRegion acquire(Layout layout) {
        MemoryRegion region = tryAcquire(layout);
        if (region == null) {
            throw new AllocationException(
                    AllocationException.Reason.SOURCE_EXHAUSTED,
                    "source " + kind(),
                    layout.size(),
                    Math.max(0, limit() - reserved()),
                    "the limit is limit=" + limit() + " bytes, of which reserved=" + reserved() + " are handed out");
        }
        return region;
    }

    /**
     * The bytes that this source hands out at once at the most.
     *
     * @return bytes, {@link Long#MAX_VALUE} if nothing but the machine limits them
     */
    default long limit() {
        return Long.MAX_VALUE;
    }

    /**
     * Whether it hands out further regions while others are out, as long as it has bytes left. From a source that does not, a pool takes one
     * region for everything.
     *
     * @return true unless only one region can be out at a time
     */
    default boolean servesManyAtOnce() {
        return true;
    }

    /**
     * The bytes of all regions that were handed out and not yet closed.
     *
     * @return bytes
     */
    long reserved();

    /**
     * The most bytes that {@link #reserved()} has been so far.
     *
     * @return bytes; of a source that keeps no account of it, {@link #reserved()}
     */
    default long peak() {
        return reserved();
    }

    /**
     * How many regions had to come from a substitute of the kind of memory that was configured.
     *
     * @return a count, never falling
     */
    default long fallbacks() {
        return 0;
    }

    /**
     * Whether regions of this source can {@linkplain MemoryRegion#discard let a part go} while they stay open, and which
     * parts. Of the sources of this package those that {@linkplain #mapped() map} can: on Linux of 64 bits, from JDK 22 on, where the JVM was
     * started with {@code --enable-native-access=ALL-UNNAMED} ({@code io.ashlar.core} on the module path). That grants
     * {@code java.lang.foreign} to call {@code madvise}; without it nothing is called, and no warning printed. The first call
     * may take tenths of a second.
     *
     * @return 0 if they cannot; otherwise the length of an OS page in bytes, a power of two: offset and size of a part are multiples of it
     */
    default int discardUnit() {
        return 0;
    }

    /**
     * Private mappings of a sparse temporary file that is deleted as soon as it is opened (on Windows: when its last mapping is gone). An OS page becomes resident
     * only when it is first written, and closing a region unmaps it: the memory is back with the operating system when
     * {@link MemoryRegion#close()} returns.
     *
     * <p>The files lie in the directory {@code java.io.tmpdir}, or in {@code /var/tmp} where that one will not do: a
     * directory whose files are memory themselves (tmpfs, ramfs) would take OS pages of them as well. They hold
     * nothing and take no disk space. All regions of a source are mapped from the same bytes of one file, which is open as long as there is a
     * region; while they are touched, the operating system may also keep OS pages of that file in its file cache, no more than the longest of
     * them has. It drops them when memory gets short, and at the latest when the last region is closed.
     *
     * <p>Where no such file can be made, regions come from {@link #direct()} instead; that is logged once and counted
     * in {@link #fallbacks()}.
     *
     * @return a source of its own, with its own {@link #reserved()} count
     */
    static MemorySource mapped() {
        return new MappedMemorySource();
    }

    /**
     * Private mappings as {@link #mapped()} makes them, with the temporary files in a directory of the caller's choice,
     * of whatever kind it is.
     *
     * @param directory an existing directory in which files can be created
     * @return a source of its own, with its own {@link #reserved()} count
     * @throws AllocatorConfigException if it is no directory, or not writable
     */
    static MemorySource mapped(Path directory) {
        return new MappedMemorySource(directory);
    }

    /**
     * Memory of the kind that {@link ByteBuffer#allocateDirect(int)} returns: zeroed, hence resident from the start.
     * Below JDK 25 it counts against the JVM's limit {@code -XX:MaxDirectMemorySize}, from 25 on it does not.
     *
     * @return a source of its own, with its own {@link #reserved()} count
     */
    static MemorySource direct() {
        return new DirectMemorySource();
    }

    /**
     * Java arrays. Such regions have no {@linkplain MemoryRegion#address() address}, and their memory returns with the
     * next garbage collection after they were closed.
     *
     * @return a source of its own, with its own {@link #reserved()} count
     */
    static MemorySource heap() {
        return new HeapMemorySource();
    }

    /**
     * Memory that belongs to the caller. It serves one region at a time, of at most the buffer's remaining bytes;
     * closing the region leaves the memory as it is.
     *
     * @param memory a buffer whose bytes between position and limit are used
     * @return the source
     * @throws AllocatorConfigException if the buffer is read-only or has no bytes remaining
     */
    static MemorySource wrap(ByteBuffer memory) {
        return new WrappedMemorySource(memory);
    }

    /**
     * Puts a ceiling on another source. It is exact: not even for a moment do the regions handed out through the
     * returned source hold more than {@code bytes}, whatever threads are at work.
     *
     * @param source where the regions really come from
     * @param bytes the ceiling in bytes, at least 1
     * @return the limited source
     * @throws AllocatorConfigException if {@code bytes} is not positive
     */
    static MemorySource limited(MemorySource source, long bytes) {
        return new LimitedMemorySource(source, bytes);
    }
}
