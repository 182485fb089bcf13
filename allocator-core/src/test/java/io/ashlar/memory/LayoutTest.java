// SPDX-License-Identifier: Apache-2.0
package io.ashlar.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Layout}. */
final class LayoutTest {

    @ParameterizedTest
    @CsvSource({"0, 1", "0, 1073741824", "1, 1", "2147483647, 1", "2147483646, 2", "1073741824, 1073741824"})
    void whatCanBeRoundedUpIsAccepted(int size, int align) {
        Layout layout = new Layout(size, align);
        assertEquals(size, layout.size());
        assertEquals(align, layout.align());
    }

    @Test
    void aSizeAloneHasNoDemandOnAlignment() {
        assertEquals(new Layout(77, 1), Layout.ofSize(77));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE})
    void aNegativeSizeIsRefused(int size) {
        assertRefused("size=" + size, size, 8);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, -8, Integer.MIN_VALUE, 3, 24, Integer.MAX_VALUE})
    void anAlignmentThatIsNoPowerOfTwoIsRefused(int align) {
        assertRefused("align=" + align, 8, align);
    }

    @ParameterizedTest
    @CsvSource({"2147483647, 2", "2147483584, 128", "1073741825, 1073741824"})
    void whatCannotBeRoundedUpIsRefused(int size, int align) {
        assertRefused("size=" + size + " rounded up to align=" + align, size, align);
    }

    private static void assertRefused(String part, int size, int align) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> new Layout(size, align));
        assertTrue(refused.getMessage().contains(part), refused::getMessage);
    }
}
