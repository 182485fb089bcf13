// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import java.util.List;
import java.util.Locale;

/** The figures of a pool as a text for people. */
final class PoolDump {

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private final StringBuilder text = new StringBuilder();

    private PoolDump() {}

    static String of(PoolStats stats, PressureStats pressure, List<SizeClassStats> classes, List<ShardStats> shards) {
        PoolDump dump = new PoolDump();
        dump.line("pool %s of %s memory%s", stats.name(), stats.source(), stats.closed() ? ", closed" : "");
        dump.line(
                "|- limit      %10s, of which %s can still be had%s",
                bytes(stats.limitBytes()),
                bytes(stats.headroomBytes()),
                stats.reservationBytes() == 0 ? "" : ", and " + bytes(stats.reservationBytes()) + " are promised");
        dump.line(
                "|- reserved   %10s, regions: %,d, at the most %s so far, %s given back",
                bytes(stats.reservedBytes()),
                stats.regions(),
                bytes(stats.peakReservedBytes()),
                bytes(stats.returnedBytes()));
        dump.line(
                "|  |- free    %10s, of which %.0f %% in pieces",
                bytes(stats.freeBytes()), 100 * stats.fragmentation());
        if (stats.childrenBytes() > 0) {
            dump.line("|  |- children%10s", bytes(stats.childrenBytes()));
        }
        dump.line("|  |- cached  %10s", bytes(stats.cachedBytes()));
        dump.line("|  `- used    %10s, of which %.0f %% is waste", bytes(stats.usedBytes()), 100 * stats.waste());
        dump.line("|- requested  %10s", bytes(stats.requestedBytes()));
        dump.line(
                "|- pressure   %10s: begins at %s used, ends at %s, %,d times so far, %,.1f s in all",
                pressure.underPressure() ? "yes" : "none",
                bytes(pressure.highBytes()),
                bytes(pressure.lowBytes()),
                pressure.times(),
                pressure.totalNanos() / 1e9);
        dump.line(
                "|- outstanding %,d blocks: %,d allocations, %,d frees (%,d by other threads), %,d failures",
                stats.outstanding(), stats.allocations(), stats.frees(), stats.remoteFrees(), stats.failures());
        dump.line("|- found at hand: %.2f %% of the allocations", 100 * stats.hitRatio());
        dump.shards(stats, shards);
        dump.slabs(stats, classes);
        return dump.text.toString();
    }

    private void shards(PoolStats stats, List<ShardStats> shards) {
        line("|- shards: %,d owned by threads, %,d stripes", stats.ownedShards(), shards.size() - stats.ownedShards());
        for (ShardStats each : shards) {
            if (each.owned() || each.allocations() + each.slabBytes() > 0) {
                line(
                        "|  |- %-24s %,12d allocations, %,12d frees, %,12d of others', %9s in slabs, %9s kept",
                        each.name(),
                        each.allocations(),
                        each.frees(),
                        each.remoteFrees(),
                        bytes(each.slabBytes()),
                        bytes(each.cachedBytes()));
            }
        }
    }

    private void slabs(PoolStats stats, List<SizeClassStats> classes) {
        long slabBytes = 0;
        long small = 0;
        long smallBytes = 0;
        for (SizeClassStats each : classes) {
            slabBytes += each.slabBytes();
            small += each.outstanding();
            smallBytes += each.outstanding() * each.blockBytes();
        }
        line("|- slabs      %10s, of which %s are out", bytes(slabBytes), bytes(smallBytes));
        for (SizeClassStats each : classes) {
            if (each.slabBytes() > 0) {
                line(
                        "|  |- %6d B  %,9d out, %9s, %3.0f %% out",
                        each.blockBytes(), each.outstanding(), bytes(each.slabBytes()), 100 * each.occupancy());
            }
        }
        line(
                "`- large blocks: %,d out, %s",
                Math.max(0, stats.outstanding() - small), bytes(Math.max(0, stats.usedBytes() - smallBytes)));
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }

    /** With three digits, and the unit that makes them so. */
    private static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1000 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }
}
