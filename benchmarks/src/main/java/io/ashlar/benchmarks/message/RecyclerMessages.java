// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.Recycler;

/**
 * Objects of Netty's {@link Recycler}, each with a buffer of Netty's default allocator from its acquisition to its release. It cannot keep
 * the buffer: a recycler drops objects that it has no room for without telling them, and the buffer would be lost.
 * On a thread that is no event loop there is no recycling: each object is new.
 */
final class RecyclerMessages extends MessageSource<RecyclerMessages.Recycled> {

    private static final Recycler<Recycled> RECYCLER = new Recycler<>() {
        @Override
        protected Recycled newObject(Handle<Recycled> handle) {
            return new Recycled(handle);
        }
    };

    @Override
    public Recycled acquire() {
        Recycled message = RECYCLER.get();
        message.memory = ByteBufAllocator.DEFAULT.directBuffer(BYTES, BYTES);
        return message;
    }

    @Override
    public void set(Recycled message, long number) {
        message.id(number)
                .price(number + 1)
                .time(number + 2)
                .quantity((int) number + 3)
                .flags((int) number + 4);
    }

    @Override
    public long sum(Recycled message) {
        return message.id() + message.price() + message.time() + message.quantity() + message.flags();
    }

    @Override
    public void release(Recycled message) {
        message.memory.release();
        message.handle.recycle(message);
    }

    /** An object with a buffer. */
    static final class Recycled {

        private final Recycler.Handle<Recycled> handle;
        private ByteBuf memory;

        private Recycled(Recycler.Handle<Recycled> handle) {
            this.handle = handle;
        }

        long id() {
            return memory.getLongLE(ID);
        }

        Recycled id(long id) {
            memory.setLongLE(ID, id);
            return this;
        }

        long price() {
            return memory.getLongLE(PRICE);
        }

        Recycled price(long price) {
            memory.setLongLE(PRICE, price);
            return this;
        }

        long time() {
            return memory.getLongLE(TIME);
        }

        Recycled time(long time) {
            memory.setLongLE(TIME, time);
            return this;
        }

        int quantity() {
            return memory.getIntLE(QUANTITY);
        }

        Recycled quantity(int quantity) {
            memory.setIntLE(QUANTITY, quantity);
            return this;
        }

        int flags() {
            return memory.getIntLE(FLAGS);
        }

        Recycled flags(int flags) {
            memory.setIntLE(FLAGS, flags);
            return this;
        }
    }
}
