// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection on which nothing has moved for a minute.
 *
 * <p>Where channels stop reading for want of memory, that memory may be theirs: that of requests of which a part has been received. When there are too
 * many of them for all to be completed, this ends those that have waited longest.
 */
final class IdleLimit extends IdleStateHandler {

    static final int SECONDS = 60;

    IdleLimit() {
        super(true, 0, 0, SECONDS, TimeUnit.SECONDS); // what a slow client fetches of a long answer moves, too
    }

    @Override
    protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event) {
        context.close();
    }
}
