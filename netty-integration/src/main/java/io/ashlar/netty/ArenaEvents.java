// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/**
 * Tells the JDK's flight recorder about requests, if there is one: see {@code io.ashlar.pool}, whose events are told in the same way. Loading the
 * event's class is dear, and left to the class {@link On}.
 */
final class ArenaEvents {

    private static final boolean PRESENT =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private ArenaEvents() {}

    /** The event of a request that begins; null if nobody wants to know. */
    static @Nullable Object begin() {
        return PRESENT && FlightRecorder.isInitialized() ? On.begin() : null;
    }

    static void end(Object begun, String allocator, long usedBytes, int escapedBuffers) {
        On.end(begun, allocator, usedBytes, escapedBuffers);
    }

    private static final class On {

        private static final EventType TYPE = EventType.getEventType(RequestEvent.class);

        static @Nullable Object begin() {
            if (!TYPE.isEnabled()) {
                return null;
            }
            RequestEvent event = new RequestEvent();
            event.begin();
            return event;
        }

        static void end(Object begun, String allocator, long usedBytes, int escapedBuffers) {
            RequestEvent event = (RequestEvent) begun;
            event.end();
            if (event.shouldCommit()) { // it may have a threshold
                event.allocator = allocator;
                event.used = usedBytes;
                event.escapedBuffers = escapedBuffers;
                event.commit();
            }
        }
    }

    @Enabled(false)
    @StackTrace(false)
    @Category({"Ashlar", "Request"})
    @Name("io.ashlar.RequestArena")
    @Label("Request Arena")
    @Description("A request that had an arena has ended; the duration is that of the request")
    private static final class RequestEvent extends Event {

        @Label("Allocator")
        String allocator = "";

        @Label("Used")
        @Description("The bytes that the request used at the most")
        @DataAmount
        long used;

        @Label("Escaped Buffers")
        @Description("The buffers that were still in use when the request ended")
        int escapedBuffers;
    }
}
