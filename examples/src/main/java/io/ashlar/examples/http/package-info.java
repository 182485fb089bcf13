// SPDX-License-Identifier: Apache-2.0
/**
 * A small HTTP/1.1 server on Ashlar, and a comparison with the same server on Netty's default allocator.
 *
 * <p>Start reading at {@link io.ashlar.examples.http.HttpDemo}; what a server of your own needs is the one
 * {@code install} call in {@link io.ashlar.examples.http.Contender#ashlar}.
 *
 * <ul>
 *   <li>the server: {@link io.ashlar.examples.http.DemoServer}, {@link io.ashlar.examples.http.RoutingHandler}
 *   <li>the load: {@link io.ashlar.examples.http.Workload}, {@link io.ashlar.examples.http.LoadClient},
 *       {@link io.ashlar.examples.http.LoadConnection}
 *   <li>the comparison: {@link io.ashlar.examples.http.Contender}, {@link io.ashlar.examples.http.Comparison},
 *       {@link io.ashlar.examples.http.Report}
 *   <li>the command line: {@link io.ashlar.examples.http.Options}, {@link io.ashlar.examples.http.Progress}
 * </ul>
 */
@NullMarked
package io.ashlar.examples.http;

import org.jspecify.annotations.NullMarked;
