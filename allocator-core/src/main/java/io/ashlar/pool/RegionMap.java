// SPDX-License-Identifier: Apache-2.0
package io.ashlar.pool;

import io.ashlar.pool.RegionStats.Kind;
import io.ashlar.pool.RegionStats.Part;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * What lies where in one region: one byte for each of the shortest runs, of which a run uses the first.
 *
 * <p>Synchronization: an entry is written by whoever holds the run that begins there, or under the lock of {@link Regions} when
 * it comes and goes, as an opaque store; read by anybody. A reader may see some runs of a moment ago beside others of now.
 */
final class RegionMap {

    private static final VarHandle BYTE =
            MethodHandles.arrayElementVarHandle(byte[].class).withInvokeExactBehavior();
    private static final Kind[] KINDS = Kind.values();
    private static final int KIND_SHIFT = 5;
    private static final int ORDER_MASK = (1 << KIND_SHIFT) - 1;
    private static final int GRAIN_SHIFT = Integer.numberOfTrailingZeros(Region.SMALLEST_RUN);

    private final byte[] runs;

    RegionMap(int regionBytes) {
        runs = new byte[regionBytes >>> GRAIN_SHIFT];
    }

    /** A run of so many bytes, a power of two, begins here. */
    void set(int offset, int bytes, Kind kind) {
        int order = Integer.numberOfTrailingZeros(bytes);
        BYTE.setOpaque(runs, offset >>> GRAIN_SHIFT, (byte) (kind.ordinal() << KIND_SHIFT | order));
    }

    /** No run begins here any more. */
    void clear(int offset) {
        BYTE.setOpaque(runs, offset >>> GRAIN_SHIFT, (byte) 0);
    }

    /** What lies in the region, from its first byte to its last. */
    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        int freeFrom = 0;
        int at = 0;
        while (at < runs.length) {
            byte run = (byte) BYTE.getOpaque(runs, at);
            if (run == 0) {
                at++;
                continue;
            }
            addFree(parts, freeFrom, at);
            int length = Math.min(1 << (run & ORDER_MASK) >>> GRAIN_SHIFT, runs.length - at);
            parts.add(new Part(KINDS[run >>> KIND_SHIFT], at << GRAIN_SHIFT, length << GRAIN_SHIFT));
            at += length;
            freeFrom = at;
        }
        addFree(parts, freeFrom, at);
        return List.copyOf(parts);
    }

    private static void addFree(List<Part> parts, int from, int to) {
        if (from < to) {
            parts.add(new Part(Kind.FREE, from << GRAIN_SHIFT, (to - from) << GRAIN_SHIFT));
        }
    }
}
