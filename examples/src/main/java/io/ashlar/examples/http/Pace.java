// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

/**
 * How a connection asks. With a pause each request is sent in pieces, with one pause between each two, and one more comes after each answer;
 * so that the server has to keep what has arrived, as it would for a slow client.
 *
 * @param pieces how many pieces a request is sent in, on average
 * @param pauseMillis how long a pause is on average; 0 for a load as heavy as it gets
 */
record Pace(int pieces, long pauseMillis) {

    /** Requests are sent whole, the next as soon as there is room. */
    static final Pace HEAVY = new Pace(1, 0);

    /** Some tens of requests a second on each connection. */
    static final Pace LIGHT = new Pace(2, 20);

    /** Requests of about ten seconds, in many small pieces. */
    static final Pace SLOW = new Pace(256, 40);

    /** Requests of about ten seconds, in a few large pieces. */
    static final Pace BULKY = new Pace(16, 600);

    boolean pauses() {
        return pauseMillis > 0;
    }
}
