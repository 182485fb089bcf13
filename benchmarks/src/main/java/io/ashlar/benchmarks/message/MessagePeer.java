// SPDX-License-Identifier: Apache-2.0
package io.ashlar.benchmarks.message;

import io.ashlar.benchmarks.Column;
import java.util.function.Supplier;

/** What is measured beside Ashlar's message objects. */
public enum MessagePeer implements Column {
    /** Ours. */
    ASHLAR("Ashlar", AshlarMessages::new),
    /** A pool of flyweights over direct buffers. */
    COMMONS_POOL2("commons-pool2", CommonsPool2Messages::new),
    /** Another one. */
    STORMPOT("Stormpot", StormpotMessages::new),
    /** Netty's recycler and allocator. */
    NETTY_RECYCLER("Recycler", RecyclerMessages::new),
    /** No pool: a new object on the Java heap. */
    JAVA_OBJECT("Java object", JavaObjects::new),
    /** No pool: the JDK's own structs off the heap. */
    FFM("FFM", ForeignMessages::new),
    /** No pool, for the fields alone. */
    BYTE_BUFFER("ByteBuffer", ByteBuffers::new),
    /** What the first two pools hold, for the fields alone. */
    FLYWEIGHT("flyweight", Flyweights.Unpooled::new);

    private static final int FIRST_JDK_OF_FFM = 22;

    private final String title;
    private final Supplier<MessageSource<?>> factory;

    MessagePeer(String title, Supplier<MessageSource<?>> factory) {
        this.title = title;
        this.factory = factory;
    }

    @Override
    public String title() {
        return title;
    }

    /**
     * Whether this JDK has it.
     *
     * @return false if not
     */
    public boolean isAvailable() {
        return this != FFM || Runtime.version().feature() >= FIRST_JDK_OF_FFM;
    }

    /**
     * Makes a pool, or what is in its place.
     *
     * @return a new one
     */
    public MessageSource<?> create() {
        return factory.get();
    }
}
