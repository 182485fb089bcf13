// SPDX-License-Identifier: Apache-2.0
package io.ashlar.alloc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ashlar.memory.HookedSource;
import io.ashlar.memory.Layout;
import io.ashlar.memory.MemoryRegion;
import io.ashlar.memory.MemorySource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Allocators that stand on blocks of others. */
class BlockSourceTest {

    @RegisterExtension
    final AllocatorChecks checks = new AllocatorChecks();

    @Test
    void aRegionIsTheBlocksMemory() {
        Buddy buddy = checks.watch(Buddy.create(checks.heap(), 256, 5, 2));
        buddy.tryAllocate(64, 1);
        try (MemoryRegion region = buddy.asSource().acquire(Layout.ofSize(50))) {
            assertEquals(50, region.size());
            assertEquals(50, region.buffer().capacity());
            region.buffer().put(3, (byte) 9);
            assertEquals(9, buddy.region().buffer().get(64 + 3));
            assertEquals(MemoryRegion.NO_ADDRESS, region.address());
            assertEquals(64, region.alignment());
            assertTrue(region.toString().contains("offset=64"), region::toString);
        }
        assertEquals(1, buddy.outstanding());
    }

    @Test
    void aSourceIsNamedAfterItsAllocator() {
        Slab slab = checks.watch(Slab.create(checks.blind(), 64, 4));
        MemorySource source = slab.asSource();
        assertEquals("slab", source.kind());
        assertEquals(256, source.limit());
        assertEquals(0, source.fallbacks());
        assertTrue(source.toString().contains(slab.name()));
    }

    @Test
    void aBuddyAlignsRunsMoreCoarselyThanTheyAreLong() {
        Buddy buddy = checks.watch(Buddy.create(checks.blind(), 256, 5, 2));
        assertEquals(Allocator.EXHAUSTED, buddy.tryAllocate(20, 128));
        buddy.tryAllocate(16, 1);
        MemoryRegion region = buddy.asSource().acquire(new Layout(20, 128));
        assertEquals(128, region.alignment());
        assertEquals(20, region.size());
        region.close();
    }

    @Test
    void whereAddressesMatterTheyAreAligned() {
        // The region begins 32 bytes after a multiple of 64.
        Slab slab = checks.watch(Slab.create(checks.watch(new BlindSource(0x1_0020)), 64, 4));
        MemorySource source = slab.asSource();
        assertNull(source.tryAcquire(new Layout(64, 64)));
        assertEquals(0, slab.outstanding());
        assertEquals(0, source.reserved());
        MemoryRegion region = source.tryAcquire(new Layout(64, 32));
        assertNotNull(region);
        assertEquals(0x1_0020, region.address());
        region.close();
        Slab aligned = checks.watch(Slab.create(checks.watch(new BlindSource(0x1_0040)), 64, 4));
        assertEquals(0x1_0040, aligned.asSource().acquire(new Layout(64, 64)).address());
    }

    @Test
    void threeStoreysAreBuiltAndTakenDown() {
        MemorySource bottom = checks.heap();
        Buddy buddy = checks.watch(Buddy.create(bottom, 4_096, 9, 1));
        Bump bump = checks.watch(Bump.create(buddy.asSource(), Layout.ofSize(2_000)));
        Slab slab = checks.watch(Slab.create(bump.asSource(), 48, 30));
        int offset = slab.tryAllocateBlock();
        slab.region().buffer().putInt(offset, 77);
        assertEquals(77, buddy.region().buffer().getInt(offset));
        assertEquals(1, bump.outstanding());
        assertEquals(1, buddy.outstanding());
        slab.close();
        assertEquals(0, bump.outstanding());
        bump.close();
        assertEquals(0, buddy.outstanding());
        buddy.close();
        assertEquals(0, bottom.reserved());
    }

    @Test
    void aRegionTakenBackByAResetIsNotReleasedAgain() {
        Bump bump = checks.watch(Bump.create(checks.blind(), Layout.ofSize(100)));
        MemoryRegion region = bump.asSource().acquire(Layout.ofSize(8));
        bump.reset();
        assertThrows(IllegalArgumentException.class, region::close);
        assertTrue(region.isClosed());
        assertEquals(0, bump.outstanding());
    }

    @Test
    void anAllocatorsRegionCanBeClosedAgainIfItRefusedAtFirst() {
        Buddy outer = checks.watch(Buddy.create(checks.blind(), 256, 1, 1));
        HookedSource refusing = checks.watch(new HookedSource(outer.asSource()));
        Slab slab = Slab.create(refusing, 64, 4);
        refusing.onClose = HookedSource.IN_USE;
        assertThrows(IllegalStateException.class, slab::close);
        assertTrue(slab.isClosed());
        assertEquals(1, outer.outstanding());
        refusing.onClose = HookedSource.NOTHING;
        slab.close();
        assertEquals(0, outer.outstanding());
        assertFalse(outer.isClosed());
    }
}
