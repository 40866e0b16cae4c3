/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_LAYOUT_H
#define MINIPAY_TOOL_LAYOUT_H

#include "table.h"

enum { TABLE_INDENT = 6, TABLE_PIECE_SIZE = 512 };

/* Gives a table's columns their widths and lines, and says its currency. Its cells must stand. */
void table_lay_out(table *t);

/* How far the columns of one of its lines reach, margin included. */
int table_width(const table *t, int band);

#endif
