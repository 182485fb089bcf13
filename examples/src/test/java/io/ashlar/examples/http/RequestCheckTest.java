// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestCheckTest {

    @ParameterizedTest
    @CsvSource({
        "/echo, /echo",
        "/echo?a=/b, /echo",
        "/?, /",
        "http://127.0.0.1:80/echo?x, /echo",
        "http://127.0.0.1, /",
        "*, *",
        "echo, echo",
        "//echo, //echo",
        "/../etc/passwd, /../etc/passwd",
        "/%65cho, /%65cho",
        "?, ''",
    })
    void thePathIsWhatStandsBeforeTheQuery(String target, String path) {
        assertEquals(path, RequestCheck.path(target));
    }
}
