// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * HTTP/1.1 in Netty's objects. An interim answer, such as 100 Continue, does not end a request; 101 Switching Protocols does.
 *
 * <p>Netty's usual classes are compared exactly, before an interface is asked for: these classes implement many, and the JVM remembers only
 * the one that was found last.
 */
final class Http1Boundaries implements RequestBoundaries {

    private static final int SUCCESS = HttpResponseStatus.OK.code();
    private static final int SWITCHING_PROTOCOLS = HttpResponseStatus.SWITCHING_PROTOCOLS.code();

    /** Whether the answer being written is an interim one, which ends with an empty last content, too. */
    private boolean interim;

    @Override
    public boolean begins(Object received) {
        Class<?> type = received.getClass();
        return type == DefaultHttpRequest.class || !isUsualContent(received, type) && received instanceof HttpRequest;
    }

    @Override
    public boolean completes(Object received) {
        Class<?> type = received.getClass();
        return isUsualLast(received, type)
                || type != DefaultHttpRequest.class
                        && type != DefaultHttpContent.class
                        && received instanceof LastHttpContent;
    }

    @Override
    public boolean answers(Object written) {
        Class<?> type = written.getClass();
        if (type == DefaultFullHttpResponse.class) {
            return !noteStatus((DefaultFullHttpResponse) written);
        }
        if (!isUsualContent(written, type) && written instanceof HttpResponse response) {
            noteStatus(response);
        }
        return !interim
                && (isUsualLast(written, type)
                        || type != DefaultHttpContent.class && written instanceof LastHttpContent);
    }

    private boolean noteStatus(HttpResponse response) {
        int code = response.status().code();
        interim = code < SUCCESS && code != SWITCHING_PROTOCOLS;
        return interim;
    }

    private static boolean isUsualContent(Object msg, Class<?> type) {
        return isUsualLast(msg, type) || type == DefaultHttpContent.class;
    }

    private static boolean isUsualLast(Object msg, Class<?> type) {
        return type == DefaultLastHttpContent.class || msg == LastHttpContent.EMPTY_LAST_CONTENT;
    }
}
