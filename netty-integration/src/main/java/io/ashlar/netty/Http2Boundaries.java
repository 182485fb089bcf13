// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;

/** A stream of HTTP/2 in Netty's frames: one request, and one answer. */
final class Http2Boundaries implements RequestBoundaries {

    private boolean begun;

    @Override
    public boolean begins(Object received) {
        if (begun || !(received instanceof Http2HeadersFrame)) {
            return false; // the headers that come last are trailers
        }
        begun = true;
        return true;
    }

    @Override
    public boolean completes(Object received) {
        return endsStream(received);
    }

    @Override
    public boolean answers(Object written) {
        return endsStream(written) || written instanceof Http2ResetFrame;
    }

    private static boolean endsStream(Object frame) {
        return frame instanceof Http2DataFrame data && data.isEndStream()
                || frame instanceof Http2HeadersFrame headers && headers.isEndStream();
    }
}
