// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import org.jspecify.annotations.Nullable;

/** Looks at what every request has in common, before anything is done with it. */
final class RequestCheck {

    private RequestCheck() {}

    /**
     * Why a request cannot be answered in earnest, whatever its path. After such a request nothing on the connection
     * can be trusted any more.
     *
     * @return the status to refuse it with, or null if it is sound
     */
    static @Nullable HttpResponseStatus refusal(FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            Throwable cause = request.decoderResult().cause();
            if (cause instanceof TooLongHttpLineException) {
                return HttpResponseStatus.REQUEST_URI_TOO_LONG;
            }
            return cause instanceof TooLongHttpHeaderException
                    ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                    : HttpResponseStatus.BAD_REQUEST;
        }
        HttpVersion version = request.protocolVersion();
        if (version.majorVersion() != 1) {
            return HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED;
        }
        boolean hostIsMissing =
                version.minorVersion() >= 1 && !request.headers().contains(HttpHeaderNames.HOST);
        return hostIsMissing ? HttpResponseStatus.BAD_REQUEST : null;
    }

    /**
     * The path of a request target, without its query. It is only ever compared with a handful of known paths, so that
     * nothing in it has to be decoded or made harmless.
     */
    static String path(String target) {
        int start = 0;
        if (!target.startsWith("/")) { // "http://host/path", as sent to a proxy
            int authority = target.indexOf("://");
            start = authority < 0 ? 0 : target.indexOf('/', authority + 3);
            if (start < 0) {
                return "/";
            }
        }
        int end = target.indexOf('?', start);
        return end < 0 ? target.substring(start) : target.substring(start, end);
    }
}
