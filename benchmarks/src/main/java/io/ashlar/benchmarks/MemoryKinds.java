// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks;

import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.io.IOException;

/**
 * What a region of 256 MiB costs the machine when it is acquired, touched and closed, mapped or direct. Linux only:
 * {@code java -XX:MaxDirectMemorySize=1g -cp benchmarks/target/ashlar-benchmarks.jar io.ashlar.benchmarks.MemoryKinds}
 */
public final class MemoryKinds {

    private static final int SIZE = 256 << 20;
    private static final int OS_PAGE = 4096;

    private MemoryKinds() {}

    /**
     * Runs it, twice each: the first time also loads the classes.
     *
     * @param args none
     * @throws IOException if /proc cannot be read
     */
    public static void main(String[] args) throws IOException {
        System.out.printf("%-10s %-10s %12s %14s%n", "kind", "moment", "VmRSS KiB", "Cached KiB");
        for (int round = 1; round <= 2; round++) {
            measure(MemorySource.mapped());
            measure(MemorySource.direct());
        }
    }

    private static void measure(MemorySource source) throws IOException {
        print(source, "before");
        MemoryRegion region = source.acquire(new Layout(SIZE, OS_PAGE));
        print(source, "acquired");
        for (int at = 0; at < SIZE; at += OS_PAGE) {
            region.buffer().put(at, (byte) 1);
        }
        print(source, "touched");
        region.close();
        print(source, "closed");
    }

    private static void print(MemorySource source, String moment) throws IOException {
        System.out.printf(
                "%-10s %-10s %,12d %,14d%n",
                source.kind(), moment, ProcStatus.residentKib(), ProcStatus.fileCacheKib());
    }
}
