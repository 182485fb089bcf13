// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.io.IOException;
import java.lang.System.Logger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Private mappings of a sparse file, with direct memory as the substitute.
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

    /** What regions are mapped from; null if no directory will do. */
    private final @Nullable SparseFile file;
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
        this.file = found == null ? null : new SparseFile(found);
        this.objections = found == null ? "no directory for temporary files will do: " + reasons : "";
    }

    /** With files made in a certain way. */
    MappedMemorySource(SparseFiles files) {
        this(files, "");
    }

    private MappedMemorySource(SparseFiles files, String objections) {
        super("mapped");
        this.file = new SparseFile(files);
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
        return file == null ? 0 : JdkInternals.discardUnit();
    }

    @Override
    @Nullable
    NativeMemory obtain(Layout layout) {
        SparseFile itsFile = file;
        if (itsFile == null) {
            return substitute(layout, objections);
        }
        try {
            return itsFile.map(layout);
        } catch (IOException | SecurityException | UnsupportedOperationException failed) {
            if (failed.getCause() instanceof OutOfMemoryError) {
                return null;
            }
            return substitute(layout, "a temporary file in " + itsFile + " could not be made or mapped: " + failed);
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
}
