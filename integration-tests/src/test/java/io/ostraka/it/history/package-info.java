/** Between the operations that histories speak of and the client's library. */
@NullMarked
package io.ostraka.it.history;

import org.jspecify.annotations.NullMarked;
