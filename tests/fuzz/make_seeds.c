/* SPDX-License-Identifier: Apache-2.0 */
/*
 * make_seeds.c FOLDER - frames of alarms and control as honest programs send them, one file each: what fuzz_wire and fuzz_client begin
 * with. made_seeds.sh compares them with those that are committed, so that a changed frame cannot leave a seed behind.
 */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scada/base/alarm.h"
#include "scada/base/command.h"
#include "scada/base/mem.h"
#include "scada/base/mode.h"
#include "scada/base/msg.h"
#include "scada/base/reason.h"
#include "scada/base/schedule.h"
#include "scada/base/sequence.h"
#include "scada/base/wheel_words.h"
#include "scada/base/str.h"

#define NOW     INT64_C(1795000000000000)
#define HONEST  8 /* frames that fuzz_client sends by itself: all of a snapshot but its end */
#define NUMBER  UINT64_C(1795000000001)
#define NOTHING ((double)NAN)

/* ---- alarms */

static void
put_alarm_def(struct wbuf *b)
{
	msg_alarm_def_put(b,
	    &(struct msg_alarm_def){ .alarm = 0,
	        .point = 0,
	        .device = DEVICE_NONE,
	        .type = ALARM_H,
	        .priority = 1,
	        .flags = ALARM_NEEDS_ACK | ALARM_LATCHES | ALARM_MAY_SHELVE,
	        .limit = 90,
	        .deadband = 2.5,
	        .on_delay_ms = 5000,
	        .shelve_max_s = 3600,
	        .respond_s = 180,
	        .name = "A.B.H",
	        .area = "north",
	        .class = "safety",
	        .group = "trip",
	        .text = "Level high",
	        .text_ja = "液位高",
	        .response = "Close the valve",
	        .response_ja = "弁を閉じる",
	        .consequence = "It spills",
	        .consequence_ja = "",
	        .cause = "",
	        .screen = "overview" });
}

static void
put_alarm(struct wbuf *b)
{
	msg_alarm_put(b,
	    &(struct msg_alarm){ .alarm = 0,
	        .state = ALARM_SHLVD,
	        .bits = ALARM_COND | ALARM_SHELVED,
	        .marks = ALARM_CHATTERS | ALARM_MOVED_LIMIT,
	        .occurrence = NUMBER,
	        .active = NOW - 60 * US_PER_S,
	        .changed = NOW,
	        .value = 95.5,
	        .repeats = 3,
	        .first_out = 1,
	        .until = NOW + 600 * US_PER_S,
	        .by = "duty",
	        .reason = "the transmitter is calibrated",
	        .comment = "当直" });
}

static void
put_horn(struct wbuf *b)
{
	struct wbuf floods = { .len = 0 };

	w_str(&floods, "north");
	w_i64(&floods, NOW - 30 * US_PER_S);
	w_u32(&floods, 12);
	w_str(&floods, "south");
	w_i64(&floods, NOW);
	w_u32(&floods, 11);
	msg_horn_put(b,
	    &(struct msg_horn){ .priority = 1,
	        .alarm = 0,
	        .since = NOW,
	        .is_flood = 1,
	        .flood_since = NOW - 30 * US_PER_S,
	        .rate = 25,
	        .window_s = 600,
	        .silenced_by = "relief",
	        .silenced = NOW - 3600 * US_PER_S,
	        .flood_count = 2,
	        .floods = { floods.data, floods.len } });
	wbuf_done(&floods);
}

static void
put_alarm_act(struct wbuf *b)
{
	struct wbuf names = { .len = 0 };

	w_str(&names, "A.B.H");
	w_u64(&names, NUMBER);
	w_str(&names, "A.C.LL");
	w_u64(&names, 0);
	msg_alarm_act_put(b,
	    &(struct msg_alarm_act){ .token = 4711,
	        .act = ALARM_ACT_SHELVE,
	        .is_emergency = 1,
	        .until = NOW + 600 * US_PER_S,
	        .limit = NOTHING,
	        .reason = "sensor is wet",
	        .alarms = { names.data, names.len } });
	wbuf_done(&names);
}

static void
put_alarm_limit(struct wbuf *b)
{
	msg_alarm_limit_put(b,
	    &(struct msg_alarm_limit){
	        .alarm = 0, .limit = 92, .time = NOW, .user = "duty", .approved_by = "relief", .reason = "MOC-12" });
}

static void
put_notify_state(struct wbuf *b)
{
	msg_notify_state_put(
	    b, &(struct msg_notify_state){ .state = NOTIFY_FAILING, .text = "exited with 4: no line" });
}

static void
put_notify_told(struct wbuf *b)
{
	msg_notify_told_put(
	    b, &(struct msg_notify_told){ .duty = "night", .lines = 2, .more = 5, .ok = 1, .text = "A.B.H, A.C.LL" });
}

/* ---- control */

static void
put_manual(struct wbuf *b)
{
	msg_manual_put(b,
	    &(struct msg_manual){ .token = 1,
	        .on = 1,
	        .value = 12.5,
	        .until = NOW + US_PER_S,
	        .point = "A.B",
	        .reason = "gauge is out" });
}

static void
put_scan(struct wbuf *b)
{
	msg_scan_put(b, &(struct msg_scan){ .token = 2, .on = 0, .point = "A.B", .reason = "works" });
}

static void
put_command(struct wbuf *b)
{
	msg_command_put(b,
	    &(struct msg_command){ .token = 3,
	        .step = STEP_OPERATE,
	        .command = NUMBER,
	        .value = 400,
	        .until = NOW + 3600 * US_PER_S,
	        .point = "A.B",
	        .reason = "peak at noon",
	        .typed = "A.B" });
}

static void
put_command_state(struct wbuf *b)
{
	msg_command_state_put(b,
	    &(struct msg_command_state){ .command = NUMBER,
	        .state = COMMAND_UNKNOWN,
	        .slot = SLOT_OPERATOR,
	        .addcause = AC_COMM_LOSS,
	        .is_recorded = 1,
	        .value = 400,
	        .before = NOTHING,
	        .time = NOW,
	        .until = 0,
	        .point = "A.B",
	        .user = "duty",
	        .text = "no answer" });
}

static void
put_check(struct wbuf *b)
{
	msg_check_put(b,
	    &(struct msg_check){ .check = 2,
	        .verdict = CHECK_NOT_PASSED,
	        .addcause = AC_BLOCKED_INTERLOCKING,
	        .text = "52R is closed" });
}

static void
put_output(struct wbuf *b)
{
	msg_output_put(b,
	    &(struct msg_output){ .point = 0,
	        .slot = SLOT_OPERATOR,
	        .flags = OUTPUT_CLAMPED | OUTPUT_ENDS_SOON | OUTPUT_LOCAL,
	        .wanted = 400,
	        .target = 350,
	        .written = 350,
	        .slot_operator = 400,
	        .slot_guard = NOTHING,
	        .slot_dispatch = 100,
	        .slot_default = 0,
	        .since = NOW - US_PER_S,
	        .until = NOW + 3600 * US_PER_S,
	        .command = NUMBER,
	        .user = "duty",
	        .reason = "peak at noon",
	        .clamp = "the receiving limit",
	        .selected_by = "" });
}

static void
put_tag(struct wbuf *b)
{
	msg_tag_put(b,
	    &(struct msg_tag){ .token = 5,
	        .on = 1,
	        .kind = TAG_INHIBIT,
	        .until = NOW + 86400 * US_PER_S,
	        .point = "A.B",
	        .text = "contractor at the cubicle",
	        .permit = "WP-118" });
}

static void
put_tag_state(struct wbuf *b)
{
	msg_tag_state_put(b,
	    &(struct msg_tag_state){ .tag = NUMBER,
	        .on = 1,
	        .point = 0,
	        .kind = TAG_INHIBIT,
	        .since = NOW,
	        .text = "contractor at the cubicle",
	        .permit = "WP-118",
	        .owner = "chief" });
}

static void
put_approval(struct wbuf *b)
{
	msg_approval_put(b,
	    &(struct msg_approval){ .approval = NUMBER,
	        .state = APPROVAL_PENDING,
	        .until = NOW + APPROVAL_US,
	        .role = ROLE_OPERATOR,
	        .area = "north",
	        .user = "duty",
	        .what = "shelve A.B.H: sensor is wet",
	        .by = "" });
}

static void
put_approve(struct wbuf *b)
{
	msg_approve_put(b, &(struct msg_approve){ .token = 6, .approval = NUMBER, .yes = 1, .reason = "I saw it" });
}

static void
put_sequence(struct wbuf *b)
{
	msg_sequence_put(b,
	    &(struct msg_sequence){
	        .token = 9, .act = SEQ_CONFIRM, .run = NUMBER, .step = 1, .name = "black-start", .reason = "seen" });
}

static void
put_sequence_def(struct wbuf *b)
{
	struct wbuf steps = { .len = 0 };

	for (unsigned i = 0; i < 2; i++) {
		w_u8(&steps, i == 0 ? SEQ_DANGER : SEQ_MAY_SKIP);
		w_u32(&steps, 0);
		w_u32(&steps, i == 0 ? 0 : POINT_NONE);
		w_i64(&steps, 10 * US_PER_S);
		w_str(&steps, "52R is open");
		w_str(&steps, "52R「切」");
		w_str(&steps, "A.B == 0");
		w_str(&steps, "open");
		w_str(&steps, "切");
		w_u16(&steps, 1);
		w_u32(&steps, 0);
	}
	msg_sequence_def_put(b,
	    &(struct msg_sequence_def){ .index = 0,
	        .count = 1,
	        .role = ROLE_OPERATOR,
	        .name = "black-start",
	        .title = "Black start",
	        .title_ja = "ブラックスタート",
	        .area = "north",
	        .steps = { steps.data, steps.len } });
	wbuf_done(&steps);
}

static void
put_sequence_state(struct wbuf *b)
{
	struct wbuf steps = { .len = 0 };

	for (unsigned i = 0; i < 2; i++) {
		w_u8(&steps, i == 0 ? SEQ_CONFIRMED : SEQ_OPEN);
		w_u8(&steps, i == 0 ? SEQ_FALSE : SEQ_WAITING);
		w_i64(&steps, i == 0 ? 0 : NOW);
		w_i64(&steps, i == 0 ? NOW : 0);
		w_str(&steps, i == 0 ? "duty" : "");
		w_str(&steps, i == 0 ? "seen" : "");
	}
	msg_sequence_state_put(b,
	    &(struct msg_sequence_state){ .index = 0,
	        .state = SEQ_RUNNING,
	        .run = NUMBER,
	        .now = 1,
	        .since = NOW,
	        .user = "duty",
	        .reason = "grid lost",
	        .steps = { steps.data, steps.len } });
	wbuf_done(&steps);
}

static void
put_wheel(struct wbuf *b)
{
	msg_wheel_put(b,
	    &(struct msg_wheel){ .token = 10,
	        .act = WHEEL_SET,
	        .date = 20788,
	        .number = 1,
	        .from = 16,
	        .to = 19,
	        .kwh = 320,
	        .part = "SCH04",
	        .name = "plan.csv",
	        .reason = "furnace 1 is out" });
}

static void
put_wheel_get(struct wbuf *b)
{
	msg_wheel_get_put(b, &(struct msg_wheel_get){ .date = 20788 });
}

static void
put_wheel_day(struct wbuf *b)
{
	struct wbuf parts = { .len = 0 }, versions = { .len = 0 }, rows = { .len = 0 }, kwh = { .len = 0 };

	w_str(&parts, "SCH04");
	w_str(&parts, "School 4");
	w_str(&parts, "第四中学校");
	w_u8(&parts, 1);
	w_u32(&versions, 1);
	w_u32(&versions, 0);
	w_u8(&versions, WHEEL_ACCEPTED);
	w_i64(&versions, NOW);
	w_i64(&versions, NOW);
	w_str(&versions, "duty");
	for (unsigned slot = 0; slot < 2; slot++) {
		w_u8(&rows, slot == 0 ? WHEEL_OVER : WHEEL_RUNNING);
		w_u8(&rows, WHEEL_FILED);
		w_u8(&rows, 0);
		for (unsigned i = 0; i < 6; i++)
			w_f64(&rows, 320 + i);
		w_u8(&rows, WHEEL_PARTIAL);
		w_u8(&rows, 0);
		w_f64(&rows, 22);
		w_f64(&rows, (double)NAN);
		w_u8(&rows, slot == 1);
		w_f64(&rows, 18.5);
		w_u8(&rows, WHEEL_PRICE_FINAL);
		w_f64(&rows, 407);
		w_f32(&kwh, 22.5);
	}
	msg_wheel_day_put(b,
	    &(struct msg_wheel_day){ .date = 20788,
	        .first = 20787,
	        .last = 20790,
	        .start = NOW,
	        .file_by = NOW,
	        .gate_us = 3600 * US_PER_S,
	        .now = NOW,
	        .slots = 2,
	        .flags = WHEEL_IMBALANCE,
	        .in_force = 1,
	        .latest = 1,
	        .draft_author = "",
	        .limit_kwh = 40,
	        .limit_pct = (double)NAN,
	        .export = "A.B",
	        .parts = { parts.data, parts.len },
	        .versions = { versions.data, versions.len },
	        .rows = { rows.data, rows.len },
	        .kwh = { kwh.data, kwh.len } });
	wbuf_done(&parts);
	wbuf_done(&versions);
	wbuf_done(&rows);
	wbuf_done(&kwh);
}

static void
put_wheel_file_get(struct wbuf *b)
{
	msg_wheel_file_get_put(b, &(struct msg_wheel_file_get){ .date = 20788, .number = 1 });
}

static void
put_wheel_file(struct wbuf *b)
{
	static const char text[] = "date,slot\r\n2026-12-01,1\r\n";

	msg_wheel_file_put(b,
	    &(struct msg_wheel_file){ .number = 1,
	        .name = "wheel_2026-12-01_v001.csv",
	        .data = { (const uint8_t *)text, sizeof(text) - 1 } });
}

static void
put_field_output(struct wbuf *b)
{
	msg_field_output_put(b,
	    &(struct msg_field_output){ .point = 0,
	        .device = 0,
	        .table = TABLE_COIL,
	        .address = 20,
	        .type = RAW_BIT,
	        .open_address = 21,
	        .pulse_us = 500000,
	        .timer_address = UINT32_MAX,
	        .is_echoed = 1,
	        .left_set = PULSE_OPEN_COIL });
}

static void
put_field_write(struct wbuf *b)
{
	msg_field_write_put(b, &(struct msg_field_write){ .write = 77, .point = 0, .raw = 4000, .timer_s = 60 });
}

static void
put_field_written(struct wbuf *b)
{
	msg_field_written_put(b,
	    &(struct msg_field_written){
	        .write = 77, .point = 0, .err = ERR_TIMEOUT, .time = NOW, .detail = "no answer in 500 ms" });
}

static void
put_field_sunspec(struct wbuf *b)
{
	msg_field_sunspec_put(b,
	    &(struct msg_field_sunspec){ .device = 4,
	        .manufacturer = "Maker",
	        .model = "BOX-180",
	        .serial = "A1",
	        .beat_model = 715,
	        .beat_address = 5,
	        .beat_registers = 2,
	        .beat_us = 1000000 });
}

static void
put_field_place(struct wbuf *b)
{
	msg_field_place_put(b,
	    &(struct msg_field_place){
	        .point = 22, .is_output = 1, .model = 704, .timer_model = 704, .timer_registers = 2 });
}

static void
put_field_step(struct wbuf *b)
{
	msg_field_step_put(b,
	    &(struct msg_field_step){
	        .point = 22, .is_after = 1, .model = 704, .address = 22, .type = RAW_U16, .value = 1 });
}

static void
put_registers_get(struct wbuf *b)
{
	msg_registers_get_put(
	    b, &(struct msg_registers_get){ .device = 4, .table = TABLE_INPUT, .address = 40000, .count = 2 });
}

static void
put_registers(struct wbuf *b)
{
	static const uint8_t data[] = { 0x44, 0x9A, 0x50, 0x00 };

	msg_registers_put(b,
	    &(struct msg_registers){ .device = 4,
	        .table = TABLE_INPUT,
	        .address = 40000,
	        .count = 2,
	        .time = NOW,
	        .data = { data, sizeof(data) } });
}

static void
put_shared(struct wbuf *b)
{
	msg_shared_put(b,
	    &(struct msg_shared){ .device = 0,
	        .masters = 2,
	        .clients = 4,
	        .requests = 4711,
	        .refused = 3,
	        .turned_away = 1,
	        .held_back = 2,
	        .last_time = NOW,
	        .refused_time = NOW - 1000000,
	        .master = "192.0.2.7",
	        .refusal = "192.0.2.9, holding 40 of unit 1" });
}

static void
put_dump_get(struct wbuf *b)
{
	msg_dump_get_put(b, &(struct msg_dump_get){ .device = 4, .whole = 1, .seconds = 10, .frames = 100 });
}

static void
put_dump(struct wbuf *b)
{
	static const uint8_t asked[] = { 0, 7, 0, 0, 0, 6, 1, 3, 0x9C, 0x40, 0, 2 };
	static const uint8_t told[] = { 0x10, 0x81, 0, 7, 0x0E, 0xF0, 1, 5, 0xFF, 1, 0x72, 1, 0xD6, 4, 1, 2, 0x7D, 1 };
	struct msg_dump_line line = { .time = NOW, .device = 4, .peer = "", .raw = { asked, sizeof(asked) } };
	struct msg_dump_line node = { .time = NOW,
		.device = DUMP_NO_DEVICE,
		.what = DUMP_ANSWER,
		.form = DUMP_ECHONET,
		.took_us = 8200,
		.peer = "192.0.2.7",
		.raw = { told, sizeof(told) } };
	struct wbuf lines;

	wbuf_init(&lines);
	msg_dump_line_put(&lines, &line);
	msg_dump_line_put(&lines, &node);
	msg_dump_put(b, &(struct msg_dump){ .left_out = 3, .lines = 2, .data = { lines.data, (uint32_t)lines.len } });
	wbuf_done(&lines);
}

static void
put_field_pulse(struct wbuf *b)
{
	msg_field_pulse_put(b, &(struct msg_field_pulse){ .point = 0, .coils = PULSE_COIL, .refused = 0 });
}

/* ---- dispatch */

static void
put_mode(struct wbuf *b)
{
	msg_mode_put(b,
	    &(struct msg_mode){ .token = NUMBER,
	        .what = MODE_SET,
	        .mode = GUARD_RESPONSE,
	        .kw = 900,
	        .until = NOW + 3600 * US_PER_S,
	        .reason = "event 12" });
}

static void
put_dispatch(struct wbuf *b)
{
	struct wbuf wants = { .len = 0 };

	w_u32(&wants, 0);
	w_u8(&wants, 0);
	w_f64(&wants, 120);
	w_f64(&wants, 118.5);
	w_str(&wants, "peak: keeps the half hour below its target");
	w_f64(&wants, 42);
	w_u8(&wants, RESERVE_OUTAGE);
	msg_dispatch_put(b,
	    &(struct msg_dispatch){ .is_there = 1,
	        .mode = GUARD_PEAK,
	        .acting = GUARD_ISLAND,
	        .grid = GRID_LOST,
	        .flags = GUARD_RESERVE | GUARD_METER_BAD,
	        .since = NOW,
	        .response_kw = NOTHING,
	        .target_kw = 1450,
	        .elapsed_min = 12,
	        .used_kwh = 280,
	        .power_kw = 1620,
	        .now_kw = 560,
	        .forecast_kw = 1514,
	        .adjust_kw = -107,
	        .stage = 1,
	        .month_kw = 1390,
	        .year_kw = NOTHING,
	        .shed = 1,
	        .steps = 6,
	        .reserve_kwh = 229,
	        .hours = 3.4,
	        .kept_kwh = 228,
	        .user = "duty",
	        .reason = "heat wave",
	        .plan_made = NOW,
	        .plan_until = NOW + 3600 * US_PER_S,
	        .plan_text = "forecasts: 7 from similar days",
	        .wants = { wants.data, wants.len } });
	wbuf_done(&wants);
}

static void
put_echonet_device(struct wbuf *b)
{
	msg_echonet_device_put(b,
	    &(struct msg_echonet_device){ .device = 0,
	        .enabled = 1,
	        .port = 3610,
	        .timeout_us = 500000,
	        .retry_min_us = 1000000,
	        .retry_max_us = 60000000,
	        .since = NOW - 7200 * US_PER_S,
	        .offset_us = 32400 * US_PER_S,
	        .own = "fe80::1%eth0",
	        .node = "fe80::2",
	        .name = "SCH",
	        .id = "FE00007700000000000000000000000001",
	        .was = "FE00007700000000000000000000000001" });
}

static void
put_node_id(struct wbuf *b)
{
	static const uint8_t id[] = { 0xFE, 0, 0, 0x77, 0, 1 };

	msg_node_id_put(b, &(struct msg_node_id){ .device = 0, .id = { id, sizeof(id) } });
}

static void
put_echonet_item(struct wbuf *b)
{
	msg_echonet_item_put(b,
	    &(struct msg_echonet_item){ .point = 0,
	        .object = 0x028A01,
	        .epc = 0xE3,
	        .form = 5,
	        .at = 7,
	        .size = 11,
	        .scale = 1,
	        .factors = 0xD3D4E600,
	        .history = 0xE7,
	        .day = 0xE1,
	        .period_us = 10000000,
	        .slow_us = 25000000 });
}

static void
put_echonet_start(struct wbuf *b)
{
	msg_echonet_start_put(b, &(struct msg_echonet_start){ 1, 1 });
}

static void
put_late(struct wbuf *b)
{
	msg_late_put(b, &(struct msg_late){ .device = 0, .point = 0, .count = 2 });
	for (int i = 0; i < 2; i++) {
		w_i64(b, NOW - 3600 * US_PER_S + i * 1800 * US_PER_S);
		w_f64(b, 870166.2 + i);
	}
}

static void
put_schedule(struct wbuf *b)
{
	msg_schedule_put(b,
	    &(struct msg_schedule){ .token = NUMBER,
	        .act = SCHEDULE_CHANGE,
	        .id = 3,
	        .seen = NOW,
	        .kind = SCHEDULE_RESPONSE,
	        .from = NOW + 3600 * US_PER_S,
	        .until = NOW + 2 * 3600 * US_PER_S,
	        .value = 900,
	        .asset = "",
	        .reason = "event 12" });
}

static void
put_schedule_state(struct wbuf *b)
{
	struct schedule_entry e = { .id = 3,
		.kind = SCHEDULE_STEAM,
		.from = { NOW },
		.until = { NOW + 3600 * US_PER_S },
		.set = { NOW },
		.value = 7.5,
		.asset = "F2",
		.user = "duty",
		.reason = "half load" };
	struct wbuf entries = { .len = 0 };

	schedule_put(&entries, &e);
	e.id = 4;
	e.kind = SCHEDULE_OUT;
	e.value = NOTHING;
	schedule_put(&entries, &e);
	msg_schedule_state_put(b, &(struct msg_schedule_state){ .entries = { entries.data, entries.len } });
	wbuf_done(&entries);
}

static void
put_plan_ahead_get(struct wbuf *b)
{
	msg_plan_ahead_get_put(b, &(struct msg_plan_ahead_get){ .point = "PLAN.ESS1.SOC" });
}

static void
put_plan_ahead(struct wbuf *b)
{
	struct wbuf values = { .len = 0 };

	for (int t = 0; t < 4; t++)
		w_f32(&values, t == 2 ? (double)NAN : 50 - 4 * t);
	msg_plan_ahead_put(b,
	    &(struct msg_plan_ahead){ .made = NOW,
	        .start = NOW,
	        .step_s = 900,
	        .is_level = 1,
	        .before = 52,
	        .values = { values.data, values.len } });
	wbuf_done(&values);
}

static void
put_preview_get(struct wbuf *b)
{
	msg_preview_get_put(
	    b, &(struct msg_preview_get){ .value = 100, .until = NOW + 3600 * US_PER_S, .point = "ESS1.P_SP" });
}

static void
put_plan_preview(struct wbuf *b)
{
	struct wbuf ask = { .len = 0 }, filed = { .len = 0 };

	w_f64(&filed, 640);
	w_f64(&filed, 15);
	msg_plan_ask_put(&ask,
	    &(struct msg_plan_ask){ .serial = 7,
	        .now = NOW,
	        .month_kw = 1390,
	        .year_kw = NOTHING,
	        .target_kw = 1450,
	        .window_kwh = 280,
	        .filed_kwh = 120,
	        .filed = { filed.data, filed.len } });
	msg_plan_preview_put(b,
	    &(struct msg_plan_preview){
	        .serial = 7, .asset = 2, .kw = 100, .until = NOW + 3600 * US_PER_S, .ask = { ask.data, ask.len } });
	wbuf_done(&filed);
	wbuf_done(&ask);
}

static void
put_preview(struct wbuf *b)
{
	msg_preview_put(b,
	    &(struct msg_preview){ .serial = 7,
	        .is_good = 1,
	        .from = NOW,
	        .until = NOW + 48 * 3600 * US_PER_S,
	        .cost_with = 624200,
	        .cost_without = 620831,
	        .soc_with = 12,
	        .soc_without = NOTHING,
	        .soc_at_with = NOW,
	        .soc_of_with = "ESS1",
	        .soc_of_without = "",
	        .missed = "reserve",
	        .text = "forecasts: 7 from similar days" });
}

static const struct seed {
	uint16_t type;
	bool is_told; /* to consoles: fuzz_client gets it */
	void (*put)(struct wbuf *b);
} seeds[] = {
	{ W_ALARM_DEF, true, put_alarm_def },
	{ W_ALARM, true, put_alarm },
	{ W_ALARM_LIMIT, true, put_alarm_limit },
	{ W_HORN, true, put_horn },
	{ W_ALARM_ACT, false, put_alarm_act },
	{ W_NOTIFY_STATE, false, put_notify_state },
	{ W_NOTIFY_TOLD, false, put_notify_told },
	{ W_MANUAL, false, put_manual },
	{ W_SCAN, false, put_scan },
	{ W_COMMAND, false, put_command },
	{ W_COMMAND_STATE, true, put_command_state },
	{ W_CHECK, false, put_check },
	{ W_OUTPUT, true, put_output },
	{ W_TAG, false, put_tag },
	{ W_TAG_STATE, true, put_tag_state },
	{ W_APPROVAL, true, put_approval },
	{ W_APPROVE, false, put_approve },
	{ W_MODE, false, put_mode },
	{ W_DISPATCH, true, put_dispatch },
	{ W_SCHEDULE, false, put_schedule },
	{ W_SCHEDULE_STATE, true, put_schedule_state },
	{ W_PLAN_AHEAD_GET, false, put_plan_ahead_get },
	{ W_PLAN_AHEAD, false, put_plan_ahead },
	{ W_PREVIEW_GET, false, put_preview_get },
	{ W_PREVIEW, false, put_preview },
	{ W_PLAN_PREVIEW, false, put_plan_preview },
	{ W_SHARED, true, put_shared },
	{ W_SEQUENCE, false, put_sequence },
	{ W_SEQUENCE_DEF, true, put_sequence_def },
	{ W_SEQUENCE_STATE, true, put_sequence_state },
	{ W_WHEEL, false, put_wheel },
	{ W_WHEEL_GET, false, put_wheel_get },
	{ W_WHEEL_DAY, false, put_wheel_day },
	{ W_WHEEL_FILE_GET, false, put_wheel_file_get },
	{ W_WHEEL_FILE, false, put_wheel_file },
	{ W_FIELD_OUTPUT, false, put_field_output },
	{ W_FIELD_WRITE, false, put_field_write },
	{ W_FIELD_WRITTEN, false, put_field_written },
	{ W_FIELD_PULSE, false, put_field_pulse },
	{ W_REGISTERS_GET, false, put_registers_get },
	{ W_REGISTERS, true, put_registers },
	{ W_DUMP_GET, false, put_dump_get },
	{ W_DUMP, true, put_dump },
	{ W_FIELD_SUNSPEC, false, put_field_sunspec },
	{ W_FIELD_PLACE, false, put_field_place },
	{ W_FIELD_STEP, false, put_field_step },
	{ W_ECHONET_DEVICE, false, put_echonet_device },
	{ W_NODE_ID, false, put_node_id },
	{ W_ECHONET_ITEM, false, put_echonet_item },
	{ W_ECHONET_START, false, put_echonet_start },
	{ W_LATE, false, put_late },
};

/* ---- the files */

static void
write_file(const char *folder, const char *fuzzer, const char *name, const struct wbuf *b)
{
	char path[1024];
	FILE *out;

	str_printf(path, sizeof(path), "%s/%s", folder, fuzzer);
	if (mkdir(path, 0755) != 0 && errno != EEXIST) {
		perror(path);
		exit(1);
	}
	str_printf(path, sizeof(path), "%s/%s/%s", folder, fuzzer, name);
	out = fopen(path, "wb");
	if (out == NULL || fwrite(b->data, 1, b->len, out) != b->len || fclose(out) != 0) {
		perror(path);
		exit(1);
	}
}

/* A whole frame, as on a socket. */
static void
make_wire(const char *folder, const struct seed *s)
{
	struct wbuf body = { .len = 0 }, all = { .len = 0 };
	const struct wire_row *row = wire_find(s->type);

	s->put(&body);
	if (body.len < row->min || body.len > row->max) {
		fprintf(stderr, "%s: a body of %zu bytes is outside %u..%u\n", row->name, body.len, row->min, row->max);
		exit(1);
	}
	wire_put_head(wbuf_grow(&all, WIRE_HEAD),
	    &(struct frame){ .length = (uint32_t)body.len, .type = s->type, .generation = 1, .sequence = 1 });
	memcpy(wbuf_grow(&all, body.len), body.data, body.len);
	write_file(folder, "fuzz_wire", row->name, &all);
	wbuf_done(&all);
	wbuf_done(&body);
}

static void
put_record(struct wbuf *all, uint16_t type, const struct wbuf *body)
{
	for (size_t i = 0; wire_row(i) != NULL; i++)
		if (wire_row(i)->type == type)
			w_u8(all, (uint8_t)i);
	w_u16(all, (uint16_t)body->len);
	if (body->len > 0)
		memcpy(wbuf_grow(all, body->len), body->data, body->len);
}

/*
 * As fuzz_client reads it: a snapshot with the alarm and the frame (0: all that consoles are told), its end, and the frame once more as
 * a change.
 */
static void
make_client(const char *folder, uint16_t type)
{
	struct wbuf all = { .len = 0 }, body = { .len = 0 };

	w_u8(&all, HONEST);
	for (int turn = 0; turn < 2; turn++) {
		for (size_t i = 0; i < ARRAY_LEN(seeds); i++) {
			bool is_def = seeds[i].type == W_ALARM_DEF || seeds[i].type == W_SEQUENCE_DEF;
			if (!seeds[i].is_told || (type != 0 && seeds[i].type != type && !is_def) ||
			    (turn > 0 && is_def))
				continue;
			wbuf_reset(&body);
			seeds[i].put(&body);
			put_record(&all, seeds[i].type, &body);
		}
		if (turn > 0)
			break;
		wbuf_reset(&body);
		msg_snapshot_end_put(&body, &(struct msg_snapshot_end){ .devices = 1, .points = 2, .screens = 1 });
		put_record(&all, W_SNAPSHOT_END, &body);
	}
	write_file(folder, "fuzz_client", type == 0 ? "all" : wire_find(type)->name, &all);
	wbuf_done(&all);
	wbuf_done(&body);
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: make_seeds FOLDER\n", stderr);
		return 2;
	}
	make_client(argv[1], 0);
	for (size_t i = 0; i < ARRAY_LEN(seeds); i++) {
		make_wire(argv[1], &seeds[i]);
		if (seeds[i].is_told)
			make_client(argv[1], seeds[i].type);
	}
	return 0;
}
