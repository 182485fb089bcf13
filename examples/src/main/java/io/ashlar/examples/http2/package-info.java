// SPDX-License-Identifier: Apache-2.0
/**
 * A server that speaks HTTP/2 over TLS, with an arena for each stream, and HTTP/1.1 with whoever knows no other.
 *
 * <p>Start reading at {@link io.ashlar.examples.http2.TlsServer}. Run it with
 * {@code mvn -q compile exec:java -Dexec.mainClass=io.ashlar.examples.http2.Http2Demo}.
 */
@NullMarked
package io.ashlar.examples.http2;

import org.jspecify.annotations.NullMarked;
