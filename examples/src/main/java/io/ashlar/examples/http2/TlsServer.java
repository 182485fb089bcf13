// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http2;

import io.ashlar.netty.AshlarByteBufAllocator;
import io.ashlar.netty.RequestArenaHandler;
import io.ashlar.netty.RequestArenaStats;
import io.ashlar.netty.RequestArenas;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/** A server on the loopback address, over TLS, that returns what it is sent, backwards. */
final class TlsServer implements AutoCloseable {

    /** The longest body that is taken, in bytes. */
    static final int MOST_BODY = 256 << 10;

    private final AshlarByteBufAllocator allocator =
            AshlarByteBufAllocator.builder().name("tls").limit(256L << 20).build();
    private final RequestArenas arenas =
            RequestArenas.builder(allocator).budget(4 << 20).build();
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(2, new DefaultThreadFactory("tls-server"), NioIoHandler.newFactory());
    private final Channel listener;

    TlsServer(X509Bundle certificate) throws SSLException {
        SslContext tls = tls(certificate);
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(tls.newHandler(channel.alloc()), new ByProtocol());
                    }
                });
        listener = allocator
                .install(bootstrap)
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    private static SslContext tls(X509Bundle certificate) throws SSLException {
        return SslContextBuilder.forServer(certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
                .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2,
                        ApplicationProtocolNames.HTTP_1_1))
                .build();
    }

    /** Builds the pipeline of the protocol that client and server have agreed on. */
    private final class ByProtocol extends ApplicationProtocolNegotiationHandler {

        ByProtocol() {
            super(ApplicationProtocolNames.HTTP_1_1);
        }

        @Override
        protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
            if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
                ctx.pipeline()
                        .addLast(
                                Http2FrameCodecBuilder.forServer().build(),
                                new Http2MultiplexHandler(new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel stream) {
                                        stream.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(true));
                                        addApplication(stream.pipeline());
                                    }
                                }));
            } else {
                ctx.pipeline().addLast(new HttpServerCodec());
                addApplication(ctx.pipeline());
            }
        }
    }

    /** The same for both: of a connection in HTTP/1.1, and of each stream in HTTP/2. */
    private void addApplication(ChannelPipeline pipeline) {
        pipeline.addLast(RequestArenaHandler.http1(arenas))
                .addLast(new HttpObjectAggregator(MOST_BODY))
                .addLast(new ReverseHandler());
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    RequestArenaStats arenas() {
        return arenas.stats();
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        allocator.close();
    }
}
