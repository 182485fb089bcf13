// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.ashlar.examples.dashboard.Dashboard;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of one connection, one after the other.
 *
 * <p>Requests arrive whole: the aggregator in front has collected their bodies, answered {@code Expect: 100-continue}
 * and refused what is too long. Answers are written as they are made and flushed once per read, so that a batch of
 * pipelined requests becomes one write to the socket.
 */
final class RoutingHandler extends SimpleChannelInboundHandler<FullHttpRequest> {

    /** What {@code /} says. */
    static final String GREETING = """
            Ashlar HTTP demo

              /           this text
              /echo       returns the body of a POST or PUT, up to 64 MiB
              /dashboard  a live page about the allocator, on Ashlar only
              /metrics    the figures of this server, in the Prometheus text format
              /healthz    says ok
            """;

    /** What {@code /healthz} says. */
    static final String HEALTHY = "ok\n";

    private static final Logger LOG = System.getLogger(RoutingHandler.class.getName());
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String BYTES = "application/octet-stream";

    private final PrometheusMeterRegistry metrics;
    private final @Nullable Dashboard dashboard;
    private final RequestTimes times;
    /** The last answer of this connection is on its way: whatever else was pipelined stays unanswered. */
    private boolean closing;

    RoutingHandler(PrometheusMeterRegistry metrics, @Nullable Dashboard dashboard, RequestTimes times) {
        this.metrics = metrics;
        this.dashboard = dashboard;
        this.times = times;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (closing) {
            return;
        }
        times.begin();
        HttpResponseStatus refusal = RequestCheck.refusal(request);
        if (refusal != null) {
            sendLast(context, text(refusal, refusal.reasonPhrase() + "\n"));
        } else {
            send(context, request, answer(request));
        }
    }

    private FullHttpResponse answer(FullHttpRequest request) {
        String path = RequestCheck.path(request.uri());
        if (dashboard != null && dashboard.serves(path)) {
            return isRead(request) ? page(dashboard.content(path)) : notAllowed("GET, HEAD");
        }
        return switch (path) {
            case "/" -> isRead(request) ? text(HttpResponseStatus.OK, GREETING) : notAllowed("GET, HEAD");
            case "/healthz" -> isRead(request) ? text(HttpResponseStatus.OK, HEALTHY) : notAllowed("GET, HEAD");
            case "/metrics" -> isRead(request) ? metrics() : notAllowed("GET, HEAD");
            case "/echo" -> isWrite(request) ? echo(request) : notAllowed("POST, PUT");
            default -> text(HttpResponseStatus.NOT_FOUND, "Nothing is here: / lists what there is.\n");
        };
    }

    private static boolean isRead(FullHttpRequest request) {
        return request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    }

    private static boolean isWrite(FullHttpRequest request) {
        return request.method().equals(HttpMethod.POST) || request.method().equals(HttpMethod.PUT);
    }

    /** The very buffers that the body arrived in go out again: their one reference moves into the answer. */
    private static FullHttpResponse echo(FullHttpRequest request) {
        return response(HttpResponseStatus.OK, BYTES, request.content().retain());
    }

    /** The scrape sums the counters of all shards; for a server this small that may happen on the event loop. */
    private FullHttpResponse metrics() {
        return response(HttpResponseStatus.OK, PROMETHEUS, bytes(metrics.scrape()));
    }

    private static FullHttpResponse page(Dashboard.Content content) {
        FullHttpResponse response =
                response(HttpResponseStatus.OK, content.type(), Unpooled.wrappedBuffer(content.bytes()));
        response.headers()
                .set(HttpHeaderNames.CACHE_CONTROL, content.caching())
                .set(HttpHeaderNames.CONTENT_SECURITY_POLICY, Dashboard.CONTENT_SECURITY_POLICY)
                .set("x-content-type-options", "nosniff")
                .set("referrer-policy", "no-referrer");
        return response;
    }

    private static FullHttpResponse notAllowed(String allowed) {
        FullHttpResponse response = text(HttpResponseStatus.METHOD_NOT_ALLOWED, "Allowed here: " + allowed + "\n");
        response.headers().set(HttpHeaderNames.ALLOW, allowed);
        return response;
    }

    private static FullHttpResponse text(HttpResponseStatus status, String text) {
        return response(status, TEXT, bytes(text));
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(UTF_8));
    }

    private static FullHttpResponse response(HttpResponseStatus status, String type, ByteBuf content) {
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
        return response;
    }

    private void send(ChannelHandlerContext context, FullHttpRequest request, FullHttpResponse response) {
        if (HttpUtil.isKeepAlive(request)) { // which for HTTP/1.0 has to be said in the answer
            HttpUtil.setKeepAlive(response.headers(), request.protocolVersion(), true);
            context.write(response, context.voidPromise());
        } else {
            sendLast(context, response);
        }
    }

    private void sendLast(ChannelHandlerContext context, FullHttpResponse response) {
        closing = true;
        HttpUtil.setKeepAlive(response, false);
        context.write(response).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
        times.flushed();
    }

    /** A client that has closed its sending side still gets the answers to what it sent before. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            closing = true;
            context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (closing || !context.channel().isActive() || cause instanceof IOException) { // there is nobody to answer
            context.close();
            return;
        }
        // Out of memory is what the allocator says at its limit, perhaps as the cause of what a codec then threw.
        boolean outOfMemory = cause instanceof OutOfMemoryError || cause.getCause() instanceof OutOfMemoryError;
        String message = "a request from " + context.channel().remoteAddress() + " failed: " + cause;
        LOG.log(Level.WARNING, message, outOfMemory ? null : cause);
        HttpResponseStatus status =
                outOfMemory ? HttpResponseStatus.SERVICE_UNAVAILABLE : HttpResponseStatus.INTERNAL_SERVER_ERROR;
        sendLast(context, text(status, status.reasonPhrase() + "\n"));
        context.flush();
    }
}
