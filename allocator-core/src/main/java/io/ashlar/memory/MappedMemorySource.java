// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.io.IOException;
import java.lang.System.Logger;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Private mappings of sparse files, with direct memory as the substitute.
 *
 * <p>What an OS page holds that was written to belongs to the process alone and never reaches the file: it is memory
 * like any other, only that it comes with the first write and goes with the unmapping.
 *
 * <p>Two failures are told apart. Where a file cannot be made or mapped (no directory, no file descriptor, an error of
 * the file system), that one region comes from direct memory. Where address space or memory is short, direct memory
 * would not be had either: the source has no more.
 */
final class MappedMemorySource extends CountedMemorySource {

    // Synchronization: atomic; the first substitute in this JVM sets it and logs.
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    /** Where files are made; null if no directory will do. */
    private final @Nullable SparseFiles files;
    /** Why no directory will do, or the empty string. */
    private final String objections;
    // Synchronization: atomic counter.
    private final AtomicLong fallbacks = new AtomicLong();

    /** With the first of the usual directories that will do. */
    MappedMemorySource() {
        this(usualDirectories());
    }

    /** With a directory that the user asked for. */
    MappedMemorySource(Path directory) {
        this(asked(directory), "");
    }

    /** With the first of some directories that will do. */
    MappedMemorySource(List<Path> candidates) {
        super("mapped");
        List<String> reasons = new ArrayList<>();
        SparseFiles found = null;
        for (Path candidate : candidates) {
            String objection = SparseFiles.objection(candidate);
            if (objection.isEmpty()) {
                found = SparseFiles.in(candidate);
                break;
            }
            reasons.add(candidate + " " + objection);
        }
        this.files = found;
        this.objections = found == null ? "no directory for temporary files will do: " + reasons : "";
    }

    /** With files made in a certain way. */
    MappedMemorySource(SparseFiles files) {
        this(files, "");
    }

    private MappedMemorySource(SparseFiles files, String objections) {
        super("mapped");
        this.files = files;
        this.objections = objections;
    }

    private static SparseFiles asked(Path directory) {
        String unusable = SparseFiles.unusable(directory);
        if (!unusable.isEmpty()) {
            throw new AllocatorConfigException(
                    "directory=" + directory + " " + unusable + ": mapped memory needs temporary files");
        }
        return SparseFiles.in(directory);
    }

    private static List<Path> usualDirectories() {
        List<Path> directories = new ArrayList<>();
        for (String name : List.of(System.getProperty("java.io.tmpdir", ""), "/var/tmp")) {
            try {
                if (!name.isEmpty()) {
                    directories.add(Path.of(name));
                }
            } catch (InvalidPathException notOfThisPlatform) {
                continue;
            }
        }
        return directories;
    }

    @Override
    public long fallbacks() {
        return fallbacks.get();
    }

    @Override
    public int discardUnit() {
        return files == null ? 0 : JdkInternals.discardUnit();
    }

    @Override
    @Nullable
    NativeMemory obtain(Layout layout) {
        SparseFiles directory = files;
        if (directory == null) {
            return substitute(layout, objections);
        }
        try {
            return mapUninterrupted(directory, layout);
        } catch (IOException | SecurityException | UnsupportedOperationException failed) {
            if (failed.getCause() instanceof OutOfMemoryError) {
                return null;
            }
            return substitute(layout, "a temporary file in " + directory + " could not be made or mapped: " + failed);
        }
    }

    private @Nullable NativeMemory substitute(Layout layout, String cause) {
        if (WARNED.compareAndSet(false, true)) {
            System.getLogger("io.ashlar.memory")
                    .log(
                            Logger.Level.WARNING,
                            "Memory comes from direct buffers, not from mappings, because " + cause
                                    + ". Effect: a region is resident from the start, not when it is touched, and below"
                                    + " JDK 25 counts against -XX:MaxDirectMemorySize. This is said once; each such region is"
                                    + " counted as a fallback. Remedy: point java.io.tmpdir to a directory on a disk.");
        }
        NativeMemory memory = DirectMemorySource.allocate(layout);
        if (memory != null) {
            fallbacks.incrementAndGet();
        }
        return memory;
    }

    /** A channel closes itself when its thread is interrupted; memory must be had all the same. */
    private static NativeMemory mapUninterrupted(SparseFiles directory, Layout layout) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return map(directory, layout);
                } catch (ClosedByInterruptException again) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static NativeMemory map(SparseFiles directory, Layout layout) throws IOException {
        FileChannel file = directory.open();
        boolean keep = false;
        try {
            NativeMemory mapping = JdkInternals.map(file, layout.size(), layout.align());
            if (!directory.keepsChannels()) {
                return new NativeMemory(mapping.buffer(), mapping.address(), mapping.free(), true);
            }
            keep = true;
            Runnable free = () -> {
                mapping.free().run();
                closeQuietly(file);
            };
            return new NativeMemory(mapping.buffer(), mapping.address(), free, true);
        } finally {
            if (!keep) {
                closeQuietly(file);
            }
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
}
