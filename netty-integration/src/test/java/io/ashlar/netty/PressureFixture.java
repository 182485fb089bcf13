// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.pool.PressureStats;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;

/** A gate whose pressure and time are the test's, and channels without a network. All of it happens on the test's thread. */
final class PressureFixture implements ReadGate.Memory {

    static final long MIB = 1 << 20;

    private final List<Runnable> tasks = new ArrayList<>();
    boolean underPressure;
    long used = 25 * MIB;
    /** How often somebody looked at the used bytes. */
    int checks;

    final ReadGate gate = new ReadGate(this, (task, delay, unit) -> tasks.add(task));
    private final List<EmbeddedChannel> channels = new ArrayList<>();

    /** Those that the transport was made to read, in that order. */
    final List<Integer> reads = new ArrayList<>();

    @Override
    public boolean isUnderPressure() {
        return underPressure;
    }

    @Override
    public boolean checkPressure() {
        checks++;
        return underPressure;
    }

    /** Marks as a limit of 32 MiB has them. */
    @Override
    public PressureStats stats() {
        return new PressureStats(underPressure, used, 20 * MIB, 24 * MIB, 32 * MIB, 0, 0);
    }

    /** How often a transport was told to forget what it was to read. */
    int takeBacks;

    /** A channel whose handlers are told under the number of the channel what the transport is made to read. */
    EmbeddedChannel open(ChannelHandler... behind) {
        int number = channels.size();
        ChannelHandler transport = new ChannelOutboundHandlerAdapter() {
            @Override
            public void read(ChannelHandlerContext ctx) {
                reads.add(number);
                ctx.read();
            }
        };
        EmbeddedChannel channel = new EmbeddedChannel(transport) {
            private final ChannelConfig watched = new DefaultChannelConfig(this) {
                @Override
                protected void autoReadCleared() {
                    takeBacks++;
                }
            };

            @Override
            public ChannelConfig config() {
                return watched == null ? super.config() : watched; // the constructor above asks for it
            }
        };
        channel.pipeline().addLast(new MemoryPressureHandler(gate));
        channel.pipeline().addLast(behind);
        channels.add(channel);
        reads.clear();
        return channel;
    }

    void begin() {
        underPressure = true;
        gate.pressureChanged(true);
        runTasks();
    }

    void end() {
        underPressure = false;
        gate.pressureChanged(false);
        tick();
    }

    /** As many ticks as there are from one turn to the next. */
    void turn() {
        for (int i = 0; i < 5; i++) {
            tick();
        }
    }

    /** The timer's time has come. */
    void tick() {
        tickWithout(List.of());
    }

    /** The same, and some event loops are busy. */
    void tickWithout(List<EmbeddedChannel> busy) {
        List<Runnable> due = new ArrayList<>(tasks);
        tasks.clear();
        due.forEach(Runnable::run);
        channels.stream().filter(each -> !busy.contains(each)).forEach(EmbeddedChannel::runPendingTasks);
    }

    boolean isTicking() {
        return !tasks.isEmpty();
    }

    /** The event loops', in the order of the channels. */
    void runTasks() {
        channels.forEach(EmbeddedChannel::runPendingTasks);
    }

    /** What was read since this was called last. */
    List<Integer> takeReads() {
        List<Integer> taken = List.copyOf(reads);
        reads.clear();
        return taken;
    }
}
