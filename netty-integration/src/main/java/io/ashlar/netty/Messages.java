// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.ashlar.message.ObjectPool;
import io.ashlar.message.OffHeapObject;
import io.ashlar.message.Schema;
import io.ashlar.pool.ViewFactory;
import io.netty.buffer.ByteBuf;

/**
 * Message objects on Netty: pools that know event loops, and messages as buffers.
 *
 * <p><b>Thread safety.</b> All methods may be called from any thread.
 */
public final class Messages {

    /** One object, so that a message keeps its buffer for the next time. */
    private static final ViewFactory<AshlarByteBuf> BUFFERS =
            (block, index) -> new AshlarByteBuf(AshlarByteBufAllocator.DEFAULT.direct(), block, index);

    private Messages() {}

    /**
     * Starts the configuration of a pool in which each event loop has a shard of its own: it acquires without a lock, and releases without a
     * lock what it has acquired itself.
     *
     * @param schema the layout of the objects
     * @param factory makes the objects
     * @param <T> their class
     * @return a builder as of {@link ObjectPool#builder}, with that one setting
     */
    public static <T extends OffHeapObject> ObjectPool.Builder<T> poolBuilder(
            Schema schema, ObjectPool.Factory<T> factory) {
        return ObjectPool.builder(schema, factory).threadShards(EventLoopShards::new);
    }

    /**
     * A message as a buffer, without a copy: all its bytes can be read, and they are the message's own. From now on the message is released with
     * the buffer, when its last reference is, and cannot be released otherwise. Until then its fields may be read, and
     * written as long as nobody else reads the buffer.
     *
     * <p>The buffer has a fixed capacity; numbers in it have the order of bytes of the message's schema. It is the same object each
     * time, so this makes no garbage but for the first time. {@link ByteBuf#alloc()} is {@link AshlarByteBufAllocator#DEFAULT}.
     *
     * @param message a message that has been acquired
     * @return the buffer; at the leak detection levels {@code ADVANCED} and {@code PARANOID} a wrapper of it
     * @throws IllegalStateException if the message has been released, or was made a buffer already
     */
    public static ByteBuf asByteBuf(OffHeapObject message) {
        int bytes = message.schema().bytes();
        AshlarByteBuf buf = message.lend(BUFFERS);
        return AshlarByteBufAllocator.watched(buf.handOut(bytes, bytes).writerIndex(bytes));
    }
}
