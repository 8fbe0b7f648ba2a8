/** Load whose every answer is kept, so that what is read back can be held against it. */
@NullMarked
package io.ostraka.server.load;

import org.jspecify.annotations.NullMarked;
