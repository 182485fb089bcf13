// SPDX-License-Identifier: Apache-2.0
/**
 * An order gateway: traders send orders and get fills over TCP, as message objects of a fixed size. A tiny book in memory matches them.
 *
 * <p>Start with {@link io.ashlar.examples.gateway.GatewayDemo}. A {@link io.ashlar.examples.gateway.Trader} makes
 * {@link io.ashlar.examples.gateway.Order}s; the {@link io.ashlar.examples.gateway.GatewayServer} decodes them, and each connection's {@link
 * io.ashlar.examples.gateway.Gateway} enters them into the {@link io.ashlar.examples.gateway.Book}, which keeps those that rest: the very
 * objects that were decoded. What happens to an order goes back as a {@link io.ashlar.examples.gateway.Fill}.
 */
@NullMarked
package io.ashlar.examples.gateway;

import org.jspecify.annotations.NullMarked;
