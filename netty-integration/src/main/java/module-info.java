// SPDX-License-Identifier: Apache-2.0
/**
 * Netty buffers cut from an off-heap memory pool: a drop-in {@link io.netty.buffer.ByteBufAllocator}.
 *
 * <p>Nothing here lies in a package of Netty's, and nothing uses an internal of the JDK.
 */
module io.ashlar.netty {
    requires transitive io.ashlar.core;
    requires transitive io.netty.buffer;
    requires transitive io.netty.transport;
    requires io.netty.common;
    requires static io.netty.codec.http;
    requires static io.netty.codec.http2;
    requires static jdk.jfr; // used where it is there
    requires static org.jspecify;

    exports io.ashlar.netty;
}
