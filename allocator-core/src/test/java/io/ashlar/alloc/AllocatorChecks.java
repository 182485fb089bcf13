// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Verifies, after every test, the conservation law of every allocator that the test had to do with; then closes them all
 * and verifies that every region went back to its source. No test has to remember.
 */
final class AllocatorChecks implements AfterEachCallback {

    private final List<Allocator> allocators = new ArrayList<>();
    private final List<MemoryRegion> regions = new ArrayList<>();
    private final List<MemorySource> sources = new ArrayList<>();

    /** Has an allocator checked and closed after the test. */
    <A extends Allocator> A watch(A allocator) {
        allocators.add(allocator);
        return allocator;
    }

    /** A source of memory that can be read and written, and that is all back after the test. */
    MemorySource heap() {
        return watch(MemorySource.heap());
    }

    /** A source of memory that must be neither read nor written, and that is all back after the test. */
    MemorySource blind() {
        return watch(new BlindSource());
    }

    <S extends MemorySource> S watch(S source) {
        sources.add(source);
        return source;
    }

    /** A region of the caller's, which is closed after the test. */
    MemoryRegion region(MemorySource source, int size, int align) {
        MemoryRegion region = source.acquire(new Layout(size, align));
        regions.add(region);
        return region;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        for (Allocator allocator : allocators) {
            if (!allocator.isClosed()) {
                allocator.checkInvariants();
            }
        }
        // The newest first: it may stand on a block of an older one.
        for (int i = allocators.size() - 1; i >= 0; i--) {
            allocators.get(i).close();
        }
        for (MemoryRegion region : regions) {
            assertFalse(region.isClosed(), "an allocator closed a region of its caller: " + region);
            region.close();
        }
        for (MemorySource source : sources) {
            assertEquals(0, source.reserved(), "bytes that did not go back to " + source.kind());
        }
    }
}
