// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

/** {@link MemorySource#heap()}. */
final class HeapMemorySourceTest extends MemorySourceContract {

    @Override
    MemorySource newSource() {
        return MemorySource.heap();
    }

    @Override
    String kind() {
        return "heap";
    }

    @Override
    boolean hasAddress() {
        return false;
    }

    @Test
    void aClosedRegionThatIsStillReferredToLetsGoOfItsArray() {
        MemoryRegion region = newSource().acquire(Layout.ofSize(1 << 20));
        assertTrue(region.buffer().hasArray());
        WeakReference<byte[]> array = new WeakReference<>(region.buffer().array());
        region.close();
        for (int i = 0; i < 50 && array.get() != null; i++) {
            System.gc();
        }
        assertNull(array.get(), region::toString);
    }

    @Test
    void moreThanTheHeapHoldsIsNull() {
        long heap = Runtime.getRuntime().maxMemory();
        if (heap < Integer.MAX_VALUE - 8) {
            assertNull(newSource().tryAcquire(Layout.ofSize(Integer.MAX_VALUE - 8)));
        }
        assertNull(newSource().tryAcquire(Layout.ofSize(Integer.MAX_VALUE)));
    }
}
