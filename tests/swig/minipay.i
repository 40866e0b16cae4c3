/* SPDX-License-Identifier: Apache-2.0 */
%module minipay_raw

/* The raw wrapper: every public header as it stands. headers.i is written by test_swig.py: one %include for
 * each header under include/minipay, those first that others include. */

%{
#include "minipay/minipay.h"
#include "trampoline.h"
%}

%include "stdint.i"
%include "headers.i"

/* What a caller in C would put on its stack. */
%include "cpointer.i"
%include "carrays.i"
%pointer_functions(minipay *, minipay_handle);
%pointer_functions(int32_t, int32);
%pointer_functions(uint32_t, uint32);
%pointer_functions(int64_t, int64);
%array_functions(minipay_audit_check, minipay_audit_checks);

%include "trampoline.h"
