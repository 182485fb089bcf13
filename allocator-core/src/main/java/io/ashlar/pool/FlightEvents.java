// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.MemoryAddress;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * The events of a pool in a flight recording. All are off unless a recording's settings switch them on.
 *
 * <p>Only {@link PoolEvents} may touch this class and those in it, and only while a flight recorder is there: loading one of them makes the
 * JDK load its own, which takes a tenth of a second and 10 MiB.
 */
final class FlightEvents {

    private FlightEvents() {}

    @Enabled(false)
    @StackTrace(false)
    @Category({"Ashlar", "Pool"})
    abstract static class PoolEvent extends Event {

        @Label("Pool")
        @Description("The name of the pool or allocator")
        String pool;
    }

    @Name("io.ashlar.RegionMap")
    @Label("Region Map")
    @Description("A region was obtained from the source of memory; the duration is how long that took")
    static final class RegionMap extends PoolEvent {

        @Label("Kind of Memory")
        String kind;

        @Label("Address")
        @MemoryAddress
        long address;

        @Label("Length")
        @DataAmount
        long bytes;

        @Label("Reserved")
        @Description("The bytes of all regions that the pool holds with this one")
        @DataAmount
        long reserved;
    }

    @Name("io.ashlar.RegionUnmap")
    @Label("Region Unmap")
    @Description("A region went back to the source of memory; the duration is how long that took")
    static final class RegionUnmap extends PoolEvent {

        @Label("Address")
        @MemoryAddress
        long address;

        @Label("Length")
        @DataAmount
        long bytes;

        @Label("Reserved")
        @Description("The bytes of all regions that the pool still holds")
        @DataAmount
        long reserved;
    }

    @Name("io.ashlar.Trim")
    @Label("Trim")
    @Description("What was idle went back, as far as the calling thread may give it back")
    static final class Trim extends PoolEvent {

        @Label("Returned")
        @Description("The bytes of the regions that went back to the source of memory")
        @DataAmount
        long returned;

        @Label("Discarded")
        @Description("The bytes of free runs that went back to the operating system, while their regions stay")
        @DataAmount
        long discarded;

        @Label("At the Limit")
        @Description("Whether it was for a request that had found no memory")
        boolean atLimit;
    }

    @Name("io.ashlar.LimitHit")
    @Label("Limit Hit")
    @Description("A request was refused, for the limit left no room")
    @StackTrace(true)
    static final class LimitHit extends PoolEvent {

        @Label("Requested")
        @DataAmount
        long requested;

        @Label("Used")
        @DataAmount
        long used;

        @Label("Reserved")
        @DataAmount
        long reserved;

        @Label("Limit")
        @DataAmount
        long limit;

        @Label("Outstanding")
        @Description("The blocks that are out")
        long outstanding;
    }

    @Name("io.ashlar.Pressure")
    @Label("Memory Pressure")
    @Description(
            "Used bytes had reached the high watermark, and came down to the low one; the duration is that of the pressure")
    static final class MemoryPressure extends PoolEvent {

        @Label("Used")
        @Description("The bytes of outstanding blocks when it began")
        @DataAmount
        long used;

        @Label("Low Watermark")
        @DataAmount
        long low;

        @Label("High Watermark")
        @DataAmount
        long high;

        @Label("Limit")
        @DataAmount
        long limit;
    }

    @Name("io.ashlar.BlockAllocation")
    @Label("Block Allocation")
    @Description(
            "A sample of the blocks that were handed out: of each size class in each shard the first and every 1,024th, and of large blocks likewise")
    @StackTrace(true)
    static final class BlockAllocation extends PoolEvent {

        @Label("Requested")
        @DataAmount
        long requested;

        @Label("Block")
        @Description("The length of the block: its size class")
        @DataAmount
        long block;
    }

    @Name("io.ashlar.BlockFree")
    @Label("Block Free")
    @Description("One of the sampled blocks came back")
    @StackTrace(true)
    static final class BlockFree extends PoolEvent {

        @Label("Requested")
        @DataAmount
        long requested;

        @Label("Block")
        @Description("The length of the block: its size class")
        @DataAmount
        long block;

        @Label("Lifetime")
        @Description("How long it was out")
        @Timespan(Timespan.NANOSECONDS)
        long lifetime;

        @Label("Allocated by")
        @Description("The thread that allocated it")
        String allocatedBy;
    }
}
