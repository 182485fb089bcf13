// SPDX-License-Identifier: Apache-2.0
package io.ashlar.metrics;

import io.ashlar.netty.AshlarByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Shows an allocator in JMX, for JConsole and the like, until it is closed.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class AllocatorJmx implements AutoCloseable {

    private final MBeanServer server;
    private final ObjectName name;

    /**
     * Shows an allocator in the platform's MBean server.
     *
     * @param allocator the allocator
     * @throws IllegalStateException if another of the same name is shown there already
     */
    public AllocatorJmx(AshlarByteBufAllocator allocator) {
        this(allocator, ManagementFactory.getPlatformMBeanServer());
    }

    /**
     * Shows an allocator in an MBean server.
     *
     * @param allocator the allocator
     * @param server where
     * @throws IllegalStateException if another of the same name is shown there already
     */
    public AllocatorJmx(AshlarByteBufAllocator allocator, MBeanServer server) {
        this.server = server;
        try {
            name = new ObjectName("io.ashlar:type=Allocator,name=" + ObjectName.quote(allocator.name()));
            server.registerMBean(new Bean(allocator), name);
        } catch (InstanceAlreadyExistsException e) {
            throw new IllegalStateException(
                    "an allocator with name=" + allocator.name()
                            + " is shown in JMX already: give each its own name, and close what is shown no more",
                    e);
        } catch (JMException e) {
            throw new IllegalStateException("allocator with name=" + allocator.name() + " cannot be shown in JMX", e);
        }
    }

    /**
     * Under which name it is shown.
     *
     * @return the name
     */
    public ObjectName objectName() {
        return name;
    }

    /** Shows it no more; the allocator is not closed. Calls after the first do nothing. */
    @Override
    public void close() {
        try {
            server.unregisterMBean(name);
        } catch (InstanceNotFoundException closedBefore) {
            // as it should be
        } catch (JMException e) {
            throw new IllegalStateException(name + " stays in JMX", e);
        }
    }

    private record Bean(AshlarByteBufAllocator allocator) implements AllocatorMXBean {

        @Override
        public String getName() {
            return allocator.name();
        }

        @Override
        public long getRequestedBytes() {
            return allocator.stats().requestedBytes();
        }

        @Override
        public long getUsedBytes() {
            return allocator.stats().usedBytes();
        }

        @Override
        public long getReservedBytes() {
            return allocator.stats().reservedBytes();
        }

        @Override
        public long getCachedBytes() {
            return allocator.stats().cachedBytes();
        }

        @Override
        public long getPeakReservedBytes() {
            return allocator.stats().peakReservedBytes();
        }

        @Override
        public long getLimitBytes() {
            return allocator.stats().limitBytes();
        }

        @Override
        public long getHeadroomBytes() {
            return allocator.stats().headroomBytes();
        }

        @Override
        public long getChildrenBytes() {
            return allocator.stats().childrenBytes();
        }

        @Override
        public long getReservationBytes() {
            return allocator.stats().reservationBytes();
        }

        @Override
        public long getDiscardedBytes() {
            return allocator.stats().discardedBytes();
        }

        @Override
        public boolean isUnderPressure() {
            return allocator.isUnderPressure();
        }

        @Override
        public long getLowWatermarkBytes() {
            return allocator.pressureStats().lowBytes();
        }

        @Override
        public long getHighWatermarkBytes() {
            return allocator.pressureStats().highBytes();
        }

        @Override
        public long getPressureTimes() {
            return allocator.pressureStats().times();
        }

        @Override
        public long getPressureMillis() {
            return TimeUnit.NANOSECONDS.toMillis(allocator.pressureStats().totalNanos());
        }

        @Override
        public int getPausedChannels() {
            return allocator.pausedChannels();
        }

        @Override
        public long getHeapFallbacks() {
            return allocator.heapFallbacks();
        }

        @Override
        public long getOutstanding() {
            return allocator.stats().outstanding();
        }

        @Override
        public long getAllocations() {
            return allocator.stats().allocations();
        }

        @Override
        public long getFrees() {
            return allocator.stats().frees();
        }

        @Override
        public long getRemoteFrees() {
            return allocator.stats().remoteFrees();
        }

        @Override
        public long getFailures() {
            return allocator.stats().failures();
        }

        @Override
        public void trim() {
            allocator.trim();
        }

        @Override
        public String dump() {
            return allocator.dump();
        }
    }
}
