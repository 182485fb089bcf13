// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.memory.MemoryRegion;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Tells the JDK's flight recorder what happens in a pool, if there is one.
 *
 * <p>While none is there, that is one static field to read, at places where it does not matter; and no class of the recorder is loaded but the one
 * that has it. A Java runtime without the module {@code jdk.jfr} will do.
 *
 * <p>What {@code begin} returns is to be passed to the method that ends it: an event that has begun, or null.
 */
final class PoolEvents {

    private static final boolean PRESENT =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private PoolEvents() {}

    private static boolean isOn() {
        return PRESENT && FlightRecorder.isInitialized();
    }

    // ---- regions

    static @Nullable Object beginMap() {
        return isOn() ? On.beginMap() : null;
    }

    static void mapped(@Nullable Object begun, String pool, String kind, MemoryRegion region, long reserved) {
        if (begun != null) {
            On.mapped(begun, pool, kind, region, reserved);
        }
    }

    static @Nullable Object beginUnmap() {
        return isOn() ? On.beginUnmap() : null;
    }

    static void unmapped(@Nullable Object begun, String pool, MemoryRegion region, long address, long reserved) {
        if (begun != null) {
            On.unmapped(begun, pool, region, address, reserved);
        }
    }

    // ---- shortage

    static @Nullable Object beginTrim() {
        return isOn() ? On.beginTrim() : null;
    }

    static void trimmed(@Nullable Object begun, String pool, long returned, long discarded, boolean atLimit) {
        if (begun != null) {
            On.trimmed(begun, pool, returned, discarded, atLimit);
        }
    }

    static void hitLimit(PoolStats stats, int requested) {
        if (isOn()) {
            On.hitLimit(stats, requested);
        }
    }

    static @Nullable Object beginPressure(long used) {
        return isOn() ? On.beginPressure(used) : null;
    }

    static void pressureEnded(@Nullable Object begun, String pool, Watermarks marks, long limit) {
        if (begun != null) {
            On.pressureEnded(begun, pool, marks, limit);
        }
    }

    // ---- blocks

    /** Whether a recording wants to know about blocks. */
    static boolean wantsBlocks() {
        return isOn() && On.wantsBlocks();
    }

    static void allocated(String pool, int requested, int block) {
        if (isOn()) {
            On.allocated(pool, requested, block);
        }
    }

    static void freed(String pool, int requested, int block, long lifetimeNanos, String allocatedBy) {
        if (isOn()) {
            On.freed(pool, requested, block, lifetimeNanos, allocatedBy);
        }
    }

    /** A class of its own, loaded when the first event is due. */
    private static final class On {

        private static final EventType ALLOCATION = EventType.getEventType(FlightEvents.BlockAllocation.class);
        private static final EventType FREE = EventType.getEventType(FlightEvents.BlockFree.class);

        static Object beginMap() {
            return begin(new FlightEvents.RegionMap());
        }

        static Object beginUnmap() {
            return begin(new FlightEvents.RegionUnmap());
        }

        static Object beginTrim() {
            return begin(new FlightEvents.Trim());
        }

        private static Object begin(FlightEvents.PoolEvent event) {
            event.begin();
            return event;
        }

        static void mapped(Object begun, String pool, String kind, MemoryRegion region, long reserved) {
            FlightEvents.RegionMap event = (FlightEvents.RegionMap) begun;
            event.pool = pool;
            event.kind = kind;
            event.address = region.address();
            event.bytes = region.size();
            event.reserved = reserved;
            event.commit();
        }

        static void unmapped(Object begun, String pool, MemoryRegion region, long address, long reserved) {
            FlightEvents.RegionUnmap event = (FlightEvents.RegionUnmap) begun;
            event.pool = pool;
            event.address = address;
            event.bytes = region.size();
            event.reserved = reserved;
            event.commit();
        }

        static void trimmed(Object begun, String pool, long returned, long discarded, boolean atLimit) {
            FlightEvents.Trim event = (FlightEvents.Trim) begun;
            event.pool = pool;
            event.returned = returned;
            event.discarded = discarded;
            event.atLimit = atLimit;
            event.commit();
        }

        static void hitLimit(PoolStats stats, int requested) {
            FlightEvents.LimitHit event = new FlightEvents.LimitHit();
            event.pool = stats.name();
            event.requested = requested;
            event.used = stats.usedBytes();
            event.reserved = stats.reservedBytes();
            event.limit = stats.limitBytes();
            event.outstanding = stats.outstanding();
            event.commit();
        }

        static Object beginPressure(long used) {
            FlightEvents.MemoryPressure event = new FlightEvents.MemoryPressure();
            event.begin();
            event.used = used;
            return event;
        }

        static void pressureEnded(Object begun, String pool, Watermarks marks, long limit) {
            FlightEvents.MemoryPressure event = (FlightEvents.MemoryPressure) begun;
            event.pool = pool;
            event.low = marks.low();
            event.high = marks.high();
            event.limit = limit;
            event.commit();
        }

        static boolean wantsBlocks() {
            return ALLOCATION.isEnabled() || FREE.isEnabled();
        }

        static void allocated(String pool, int requested, int block) {
            FlightEvents.BlockAllocation event = new FlightEvents.BlockAllocation();
            event.pool = pool;
            event.requested = requested;
            event.block = block;
            event.commit();
        }

        static void freed(String pool, int requested, int block, long lifetimeNanos, String allocatedBy) {
            FlightEvents.BlockFree event = new FlightEvents.BlockFree();
            event.pool = pool;
            event.requested = requested;
            event.block = block;
            event.lifetime = lifetimeNanos;
            event.allocatedBy = allocatedBy;
            event.commit();
        }
    }
}
