// SPDX-License-Identifier: Apache-2.0
package io.ashlar.examples.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

    @Test
    void withoutArgumentsItComparesOnAnyPortAndEnds() throws Exception {
        assertEquals(new Options(false, false, true, false, false, 0, 4, 16, 8, 42), Options.parse());
    }

    @Test
    void everyOptionIsRead() throws Exception {
        Options options = Options.parse(
                ("--serve --no-load --load --arenas --port 1234 --seconds 7 --connections 3 --pipeline 2 --seed -9")
                        .split(" "));
        assertEquals(new Options(false, true, false, true, true, 1234, 7, 3, 2, -9), options);
    }

    @Test
    void servingHasAFixedPortUnlessOneIsNamed() throws Exception {
        assertEquals(8080, Options.parse("--serve").port());
        assertEquals(0, Options.parse("--serve", "--port", "0").port());
    }

    @Test
    void theLastOfTwoValuesCounts() throws Exception {
        assertEquals(2, Options.parse("--seconds", "1", "--seconds", "2").seconds());
    }

    @Test
    void helpNamesEveryOption() throws Exception {
        assertTrue(Options.parse("--help").help());
        for (String option :
                "--serve --no-load --load --port --seconds --connections --pipeline --seed --help".split(" ")) {
            assertTrue(Options.USAGE.contains("  " + option + " "), option);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--frobnicate           | unknown option '--frobnicate'",
                "serve                  | unknown option 'serve'",
                "--port                 | --port needs a value",
                "--port http            | --port needs a whole number, not 'http'",
                "--port 1.5             | --port needs a whole number, not '1.5'",
                "--port 65536           | --port must lie between 0 and 65535, not 65536",
                "--port -1              | --port must lie between 0 and 65535, not -1",
                "--seconds 0            | --seconds must lie between 1 and 3600, not 0",
                "--seconds 99999999999999999999 | --seconds needs a whole number",
                "--connections 0        | --connections must lie between 1 and 1000, not 0",
                "--connections --serve  | --connections needs a whole number, not '--serve'",
                "--pipeline 257         | --pipeline must lie between 1 and 256, not 257",
                "--seed x               | --seed needs a whole number",
                "--load                 | --load makes sense only together with --serve",
                "--no-load              | --no-load makes sense only together with --serve",
            })
    void whatMakesNoSenseIsSaidInOneLine(String line, String message) {
        Options.UsageException e = assertThrows(Options.UsageException.class, () -> Options.parse(line.split(" ")));
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }
}
