// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.footprint;

import java.util.List;
import java.util.Locale;

/** What a process does before its memory is looked at. */
enum Scenario {
    /** A fresh allocator has served one buffer, which was released. */
    START_UP("one buffer served", 256, false),
    /** Two event loops, 1,024 live buffers each, replaced at random. */
    STEADY("steady, 2 x 1,024 live", 544, false),
    /** The same with 16,384 each. */
    STEADY_MANY("steady, 2 x 16,384 live", 544, false),
    /** The first of the two again, with a small Java heap. */
    SMALL_HEAP("steady, 2 x 1,024 live, -Xmx256m", 256, false),
    /** 512 MiB of buffers at once, then none. */
    BURST("512 MiB burst", 544, true),
    /** 256 MiB of buffers, of which one in a hundred of the smallest survives. */
    PINNING("256 MiB, a few small ones survive", 544, true),
    /** 512 MiB of buffers on event loops and plain threads at once; every thousandth has 17 bytes, and survives. */
    SURVIVORS("512 MiB, 17 bytes of every 1,000 buffers survive", 544, true),
    /** The same with buffers of 17 to 64 bytes, 12 MiB of them: the survivors lie among their like. */
    SURVIVORS_ALIKE("12 MiB of 17 to 64 bytes, one of every 1,000 survives", 544, true);

    private final String title;
    private final int heapMib;
    private final boolean waits;

    Scenario(String title, int heapMib, boolean waits) {
        this.title = title;
        this.heapMib = heapMib;
        this.waits = waits;
    }

    String title() {
        return title;
    }

    /** Whether it mostly waits, so that several processes do not disturb each other. */
    boolean waits() {
        return waits;
    }

    String option() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The arguments of the JVM. */
    List<String> jvmArguments() {
        return jvmArguments(heapMib);
    }

    /** The whole Java heap is resident from the start, so that what RSS gains later is not Java heap. */
    static List<String> jvmArguments(int heapMib) {
        String heap = heapMib + "m";
        return List.of("-Xms" + heap, "-Xmx" + heap, "-XX:+AlwaysPreTouch", "-XX:MaxDirectMemorySize=2g");
    }
}
