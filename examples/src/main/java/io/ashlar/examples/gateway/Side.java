// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.gateway;

/** Of an order. */
enum Side {
    BUY,
    SELL
}
