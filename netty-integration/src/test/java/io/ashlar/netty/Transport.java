// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.util.Locale;
import java.util.function.Supplier;

/** What carries the channels of {@linkplain Sockets tests with real sockets}: {@code -Dashlar.test.transport=nio}, epoll or io_uring. */
enum Transport {
    NIO(NioIoHandler::newFactory, NioServerSocketChannel.class, NioSocketChannel.class, NioDatagramChannel.class),
    EPOLL(
            EpollIoHandler::newFactory,
            EpollServerSocketChannel.class,
            EpollSocketChannel.class,
            EpollDatagramChannel.class),
    IO_URING(
            IoUringIoHandler::newFactory,
            IoUringServerSocketChannel.class,
            IoUringSocketChannel.class,
            IoUringDatagramChannel.class);

    static final Transport CURRENT =
            valueOf(System.getProperty("ashlar.test.transport", "nio").toUpperCase(Locale.ROOT));

    private final Supplier<IoHandlerFactory> handlers;
    final Class<? extends ServerChannel> serverChannel;
    final Class<? extends Channel> channel;
    final Class<? extends Channel> datagramChannel;

    Transport(
            Supplier<IoHandlerFactory> handlers,
            Class<? extends ServerChannel> serverChannel,
            Class<? extends Channel> channel,
            Class<? extends Channel> datagramChannel) {
        this.handlers = handlers;
        this.serverChannel = serverChannel;
        this.channel = channel;
        this.datagramChannel = datagramChannel;
    }

    IoHandlerFactory handlers() {
        return handlers.get();
    }

    /** Many containers forbid io_uring. */
    boolean isForbidden() {
        return this == IO_URING && !IoUring.isAvailable();
    }
}
