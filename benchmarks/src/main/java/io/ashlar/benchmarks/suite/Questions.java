// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.suite;

import io.ashlar.benchmarks.AllocateReleaseBenchmark;
import io.ashlar.benchmarks.BatchBenchmark;
import io.ashlar.benchmarks.BulkBenchmark;
import io.ashlar.benchmarks.DerivedBenchmark;
import io.ashlar.benchmarks.FieldAccessBenchmark;
import io.ashlar.benchmarks.GetSetBenchmark;
import io.ashlar.benchmarks.GrowthBenchmark;
import io.ashlar.benchmarks.HandOverBenchmark;
import io.ashlar.benchmarks.HandOverFromPlainBenchmark;
import io.ashlar.benchmarks.HeapBufferBenchmark;
import io.ashlar.benchmarks.LargeBufferBenchmark;
import io.ashlar.benchmarks.LiveCountBenchmark;
import io.ashlar.benchmarks.LiveSetBenchmark;
import io.ashlar.benchmarks.MessageBenchmark;
import io.ashlar.benchmarks.PlainMessageBenchmark;
import io.ashlar.benchmarks.PlainThreadBenchmark;
import io.ashlar.benchmarks.RawAllocatorBenchmark;
import io.ashlar.benchmarks.ReadWriteBenchmark;
import io.ashlar.benchmarks.RequestBenchmark;
import io.ashlar.benchmarks.SearchBenchmark;
import io.ashlar.benchmarks.SizeClassCountBenchmark;
import io.ashlar.benchmarks.SmallHeap128Benchmark;
import io.ashlar.benchmarks.SmallHeap512Benchmark;
import io.ashlar.benchmarks.SmallHeap64Benchmark;
import io.ashlar.benchmarks.SmallHeapBenchmark;
import io.ashlar.benchmarks.TextBenchmark;
import io.ashlar.benchmarks.VirtualThreadBenchmark;
import io.ashlar.benchmarks.WatchedBenchmark;
import io.ashlar.benchmarks.message.MessagePeer;
import java.util.List;
import java.util.Set;

/**
 * All questions, with the targets of the design: how many times faster than the better of Netty's two pooling allocators
 * each answer has to be; of messages, than the best pool that makes such.
 */
final class Questions {

    private static final double LOOP = 3;
    private static final double PATTERN = 2;
    private static final double THREADS = 2;
    private static final double HAND_OVER = 1.5;
    private static final double ARENA = 4;
    private static final double HEAP = 1.5;
    private static final double CONTENTS = 1;
    private static final double CONTENTS_FLOOR = 0.95;
    private static final double MESSAGE = 2;
    private static final double FIELDS = 1 / 1.1;
    private static final double WATCHED = 0.98;
    private static final double NOT_STATED = 1;

    private static final Set<MessagePeer> MESSAGE_POOLS =
            Set.of(MessagePeer.COMMONS_POOL2, MessagePeer.STORMPOT, MessagePeer.NETTY_RECYCLER);

    static final List<Question> ALL = List.of(
            Question.of("loop", "event loop", AllocateReleaseBenchmark.class, LOOP)
                    .fast("size", "64", "256", "4096", "16384"),
            Question.of("large", "event loop", LargeBufferBenchmark.class, LOOP)
                    .fast("size", "65536", "1048576", "4194304"),
            Question.of("pattern", "live set", LiveSetBenchmark.class, PATTERN).fast("live", "1024"),
            Question.of("pattern-harness", "(live set, harness alone)", LiveSetBenchmark.class, 0)
                    .baseline()
                    .with("live", "1024"),
            Question.of("batch", "batch, FIFO", BatchBenchmark.class, LOOP).fast("count", "100"),
            Question.of("plain", "plain thread", PlainThreadBenchmark.class, THREADS)
                    .fast("size", "256"),
            Question.of("virtual", "virtual thread", VirtualThreadBenchmark.class, THREADS)
                    .since(21)
                    .fast("size", "256"),
            Question.of("two-loops", "two event loops at once", AllocateReleaseBenchmark.class, THREADS)
                    .threads(2)
                    .with("size", "256", "4096")
                    .fast("size", "256"),
            Question.of("two-plain", "two plain threads at once", PlainThreadBenchmark.class, THREADS)
                    .threads(2)
                    .with("size", "256", "4096")
                    .fast("size", "256"),
            Question.of("two-virtual", "two virtual threads at once", VirtualThreadBenchmark.class, THREADS)
                    .since(21)
                    .threads(2)
                    .with("size", "256", "4096")
                    .fast("size", "256"),
            Question.of("hand-over", "hand-over, loop", HandOverBenchmark.class, HAND_OVER)
                    .unsteady()
                    .fast("size", "pattern"),
            Question.of("hand-over-plain", "hand-over, plain", HandOverFromPlainBenchmark.class, HAND_OVER)
                    .unsteady()
                    .fast("size", "pattern")
                    .fast("consumer", "LOOP"),
            Question.of("hand-over-harness", "(hand-over, exchange alone)", HandOverBenchmark.class, 0)
                    .baseline()
                    .with("size", "256")
                    .with("consumer", "LOOP"),
            Question.of("request", "request of 20,", RequestBenchmark.class, NOT_STATED)
                    .only("buffer"),
            Question.of("request-arena", "request of 20,", RequestBenchmark.class, ARENA)
                    .only("bufferInArena"),
            Question.of("request-harness", "(request of 20, counts and writes alone)", RequestBenchmark.class, 0)
                    .baseline(),
            Question.of("growth", "growth, 256 B to 64 KiB", GrowthBenchmark.class, NOT_STATED)
                    .fastOnly("growByWriting"),
            Question.of("heap", "heap buffer", HeapBufferBenchmark.class, HEAP).fast("size", "256", "16384"),
            Question.of("small-heap-64m", "with -Xmx64m", SmallHeap64Benchmark.class, LOOP)
                    .fast("size", "65536")
                    .fullOnly(),
            Question.of("small-heap-128m", "with -Xmx128m", SmallHeap128Benchmark.class, LOOP)
                    .fast("size", "65536")
                    .fullOnly(),
            Question.of("small-heap", "with -Xmx256m", SmallHeapBenchmark.class, LOOP)
                    .fast("size", "65536"),
            Question.of("small-heap-512m", "with -Xmx512m", SmallHeap512Benchmark.class, LOOP)
                    .fast("size", "65536")
                    .fullOnly(),
            Question.of("get-set", "values", GetSetBenchmark.class, CONTENTS)
                    .floor(CONTENTS_FLOOR)
                    .with("kind", "DIRECT", "HEAP")
                    .fast("kind", "DIRECT")
                    .fast("size", "1024")
                    .fastOnly("(getByte|setByte|getIntLE|getLong|setLong)"),
            Question.of("read-write", "values", ReadWriteBenchmark.class, CONTENTS)
                    .floor(CONTENTS_FLOOR)
                    .with("kind", "DIRECT", "HEAP")
                    .fast("kind", "DIRECT")
                    .fast("size", "1024")
                    .fastOnly("(readByte|writeByte|writeLong)"),
            Question.of("bulk", "bulk", BulkBenchmark.class, CONTENTS)
                    .floor(CONTENTS_FLOOR)
                    .with("kind", "DIRECT", "HEAP")
                    .fast("kind", "DIRECT")
                    .fast("size", "1024")
                    .fastOnly("(getToArray|setFromNio|setFromBuf)"),
            Question.of("search", "1 KiB", SearchBenchmark.class, CONTENTS)
                    .floor(CONTENTS_FLOOR)
                    .with("kind", "DIRECT", "HEAP")
                    .fast("kind", "DIRECT")
                    .fastOnly("(indexOf|forEachByte|equalContents)"),
            Question.of("text", "1 KiB", TextBenchmark.class, CONTENTS)
                    .floor(CONTENTS_FLOOR)
                    .with("kind", "DIRECT", "HEAP")
                    .fast("kind", "DIRECT")
                    .fastOnly("(writeUtf8Ascii|readUtf8Mixed)"),
            Question.of("derived", "derived", DerivedBenchmark.class, CONTENTS)
                    .floor(CONTENTS_FLOOR)
                    .fastOnly("(retainedSlice|composeAndRelease|nioBuffer)"),
            messages("message", "message on an event loop", MessageBenchmark.class)
                    .only("message"),
            messages("message-several", "message, 16 out at once", MessageBenchmark.class)
                    .only("severalOut"),
            messages("message-plain", "message on a plain thread", PlainMessageBenchmark.class)
                    .only("message")
                    .fullOnly(),
            messages("message-unchecked", "message without checks", MessageBenchmark.class)
                    .only("withoutChecks")
                    .fullOnly(),
            fields("message-fields", "five fields").only("fields"),
            fields("message-fields-unchecked", "five fields without checks")
                    .only("withoutChecks")
                    .fullOnly(),
            Question.of("watched", "watched, event loop", WatchedBenchmark.class, WATCHED)
                    .watched()
                    .unsteady()
                    .fast("size", "256"),
            Question.of("scale-live", "growing, 256 B", LiveCountBenchmark.class, 0)
                    .plotted(),
            Question.of("scale-live-harness", "(growing, harness alone)", LiveCountBenchmark.class, 0)
                    .fullOnly()
                    .baseline(),
            Question.of("scale-sizes", "growing, 1,024 live", SizeClassCountBenchmark.class, 0)
                    .plotted(),
            Question.of("scale-loops", "growing, event loops", AllocateReleaseBenchmark.class, 0)
                    .plotted()
                    .with("size", "256")
                    .threads(1, 2, 4, 8, 16),
            Question.of("scale-plain", "growing, plain threads", PlainThreadBenchmark.class, 0)
                    .plotted()
                    .with("size", "256")
                    .threads(1, 2, 4, 8, 16),
            Question.of("raw", "raw", RawAllocatorBenchmark.class, 0)
                    .reference("slabPair", 1.7, 1 / 1.5)
                    .reference("bumpThenReset", 1.3, 1 / 1.5)
                    .reference("buddyRandom", 40, 2)
                    .reference("buddySplitAndMerge", 90, 2),
            Question.of("raw-harness", "(raw buddyRandom, harness alone)", RawAllocatorBenchmark.class, 0)
                    .only("baseline"));

    private Questions() {}

    private static Question messages(String id, String title, Class<?> type) {
        return Question.of(id, title, type, MESSAGE).messages(MESSAGE_POOLS, MessagePeer.JAVA_OBJECT, MessagePeer.FFM);
    }

    private static Question fields(String id, String title) {
        return Question.of(id, title, FieldAccessBenchmark.class, FIELDS)
                .messages(
                        Set.of(MessagePeer.BYTE_BUFFER),
                        MessagePeer.FLYWEIGHT,
                        MessagePeer.JAVA_OBJECT,
                        MessagePeer.FFM);
    }
}
