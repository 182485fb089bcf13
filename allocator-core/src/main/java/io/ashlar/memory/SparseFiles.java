// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Makes empty files that regions are mapped from, in one directory.
 *
 * <p>A file is private to its owner and is deleted when its channel is closed; the JDK unlinks it as soon as it is open
 * where the platform can do that. On Windows a mapped file cannot be deleted: there the system deletes it when the channel and all mappings
 * are closed, or the process ends.
 *
 * <p><b>Thread safety.</b> Immutable.
 */
final class SparseFiles {

    private static final int ATTEMPTS = 16;

    private static final Set<OpenOption> OPTIONS = Set.of(
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE,
            StandardOpenOption.DELETE_ON_CLOSE);

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final FileAttribute<?>[] NO_ATTRIBUTES = {};

    /** File systems whose files are memory: a write to a private mapping would take an OS page of the file as well. */
    private static final Set<String> MEMORY = Set.of("tmpfs", "ramfs", "devtmpfs", "hugetlbfs", "rootfs");

    /** File systems behind a network: the first touch of an OS page would wait for it, and fail with it. */
    private static final Set<String> NETWORK =
            Set.of("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "afs", "afpfs", "webdav", "fuse.sshfs");

    private final Path directory;

    private SparseFiles(Path directory) {
        this.directory = directory;
    }

    static SparseFiles in(Path directory) {
        return new SparseFiles(directory);
    }

    /**
     * What is wrong with a directory that nobody asked for.
     *
     * @param directory a candidate
     * @return the reason not to use it, or the empty string if it is as good as can be told
     */
    static String objection(Path directory) {
        String unusable = unusable(directory);
        if (!unusable.isEmpty()) {
            return unusable;
        }
        String type = typeOf(directory);
        if (MEMORY.contains(type)) {
            return "is a " + type + ", whose files are memory themselves";
        }
        return NETWORK.contains(type) ? "is a " + type + ", hence behind a network" : "";
    }

    /**
     * What makes a directory impossible to use.
     *
     * @param directory a directory
     * @return the reason, or the empty string
     */
    static String unusable(Path directory) {
        if (!Files.isDirectory(directory)) {
            return Files.exists(directory) ? "is no directory" : "does not exist";
        }
        return Files.isWritable(directory) ? "" : "is not writable";
    }

    /** The type of the file system, or the empty string where it cannot be told, as in a chroot without /proc. */
    static String typeOf(Path directory) {
        try {
            return Files.getFileStore(directory).type();
        } catch (IOException | SecurityException unknown) {
            return "";
        }
    }

    /**
     * Makes a file.
     *
     * @return a channel open for reading and writing
     * @throws IOException if the directory is gone, no file descriptor is left, or whatever the file system says
     */
    FileChannel open() throws IOException {
        for (int attempt = 1; ; attempt++) {
            String name =
                    "ashlar-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
            try {
                return FileChannel.open(directory.resolve(name), OPTIONS, attributes());
            } catch (FileAlreadyExistsException taken) {
                if (attempt == ATTEMPTS) {
                    throw taken;
                }
            }
        }
    }

    private static FileAttribute<?>[] attributes() {
        return posix() ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)} : NO_ATTRIBUTES;
    }

    private static boolean posix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
