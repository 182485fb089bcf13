// SPDX-License-Identifier: Apache-2.0
package io.ashlar.netty;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;

/** HTTP/1.1 in Netty's objects. An interim answer, such as 100 Continue, does not end a request; 101 Switching Protocols does. */
final class Http1Boundaries implements RequestBoundaries {

    private static final int SWITCHING_PROTOCOLS = 101;

    /** Whether the answer being written is an interim one, which ends with an empty last content, too. */
    private boolean interim;

    @Override
    public boolean begins(Object received) {
        return received instanceof HttpRequest;
    }

    @Override
    public boolean completes(Object received) {
        return received instanceof LastHttpContent;
    }

    @Override
    public boolean answers(Object written) {
        if (written instanceof HttpResponse response) {
            interim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL
                    && response.status().code() != SWITCHING_PROTOCOLS;
        }
        return written instanceof LastHttpContent && !interim;
    }
}
