// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;

/**
 * Stops reading from a client that does not fetch its answers, until it does.
 *
 * <p>It stands first in the pipeline, because switching off automatic reading is not enough: an aggregator that has part
 * of a request asks for the rest by itself, and with pipelined requests it nearly always has part of one.
 */
final class UnsentLimit extends ChannelDuplexHandler {

    @Override
    public void read(ChannelHandlerContext context) {
        if (context.channel().isWritable()) {
            context.read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        // Switching it on again reads at once, through the method above.
        context.channel().config().setAutoRead(context.channel().isWritable());
        context.fireChannelWritabilityChanged();
    }
}
