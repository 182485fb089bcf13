// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.HeapBytes;
import io.ashlar.memory.Layout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** After construction no allocator creates a Java object: the thread's count of allocated bytes does not move. */
class HeapAllocationTest {

    @RegisterExtension
    final AllocatorChecks checks = new AllocatorChecks();

    /** Keeps what is computed alive. */
    private long sink;

    @Test
    void theMeasurementWouldNoticeASingleObject() {
        long before = HeapBytes.ofThisThread();
        long[] kept = new long[3];
        long bytes = HeapBytes.ofThisThread() - before;
        sink += kept.length;
        assertTrue(bytes >= 24, "bytes=" + bytes);
    }

    @Test
    void slab() {
        Slab slab = checks.watch(Slab.create(checks.blind(), 96, 500));
        Layout layout = new Layout(90, 32);
        HeapBytes.assertNoneAllocated(() -> {
            for (int i = 0; i < 500; i++) {
                sink += i % 3 == 0 ? slab.tryAllocate(layout) : slab.tryAllocateBlock();
            }
            sink += slab.tryAllocateIndex() + slab.tryAllocate(8, 8) + slab.outstanding() + slab.available();
            for (int i = 499; i >= 0; i--) {
                if (i % 2 == 0) {
                    slab.deallocate(slab.offsetOf(i));
                } else {
                    slab.deallocateIndex(slab.indexOf(i * 96 + 5));
                }
            }
        });
    }

    @Test
    void buddy() {
        Buddy buddy = checks.watch(Buddy.create(checks.blind(), 1 << 16, 13, 64));
        int[] offsets = new int[200];
        HeapBytes.assertNoneAllocated(() -> {
            for (int i = 0; i < offsets.length; i++) {
                offsets[i] = buddy.tryAllocate(1 + i * 37 % 5_000, 1);
                sink += buddy.tryGrow(offsets[i], 6_000) ? 1 : 0;
                sink += buddy.largestFree() + buddy.blockSizeOf(offsets[i]) + buddy.available();
                if (i % 3 == 0) {
                    buddy.deallocate(offsets[i]);
                    offsets[i] = Allocator.EXHAUSTED;
                }
            }
            sink += buddy.tryAllocate(1 << 16, 1);
            for (int offset : offsets) {
                if (offset != Allocator.EXHAUSTED) {
                    buddy.deallocate(offset);
                }
            }
        });
    }

    @Test
    void bump() {
        Bump bump = checks.watch(Bump.create(checks.blind(), Layout.ofSize(100_000)));
        HeapBytes.assertNoneAllocated(() -> {
            // More rounds than there are epochs.
            for (int round = 0; round < 200; round++) {
                int first = bump.tryAllocate(100, 16);
                int second = bump.tryAllocate(10, 1);
                sink += bump.tryGrow(second, 200) ? 1 : 0;
                sink += bump.tryResize(second, 50) ? 1 : 0;
                long mark = bump.mark();
                sink += bump.tryAllocate(1_000, 8) + bump.tryAllocate(1_000_000, 8);
                bump.rewind(mark);
                if (round % 2 == 0) {
                    bump.deallocate(first);
                    bump.deallocate(second);
                } else {
                    bump.reset();
                }
                sink += bump.outstanding() + bump.available();
            }
        });
    }
}
