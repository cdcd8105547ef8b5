// SPDX-License-Identifier: Apache-2.0
// modbus_npm.js - the npm packages modbus-serial and jsmodbus (PACKAGE) as devices and as masters. For tests only.
//   device PACKAGE HOST               unit 1 laid out as tests/peer/field_peer.c expects it; prints its port
//   written PACKAGE HOST PORT         as a master: what field_peer wrote is there
//   plant PACKAGE HOST                as a master of chisan-plant: reads, writes, refusals
//   north PACKAGE HOST PORT SETPOINT  as a master of chisan-north, of the map that tests/peer/north_npm.sh makes
'use strict';
const assert = require('assert');
const net = require('net');

const [command, kind, host, port, setpoint] = process.argv.slice(2);

// ---- values: type, as it is read, as field_peer writes it; each in the orders ABCD, CDAB, BADC, DCBA
const VALUES = [
	['UInt16', 54321, 65535], ['Int16', -12345, -32768], ['UInt32', 3123456789, 4023456789], ['Int32', -2012345678, -1912345678],
	['BigUInt64', 1234567890123456n, 9234567890123456n], ['BigInt64', -1234567890123456n, -9234567890123456n],
	['Float', 123.4375, -0.0078125], ['Double', -98765.4321, 31415.926535],
];

function words(type, value, order) {
	const b = Buffer.alloc(type.endsWith('16') ? 2 : type.endsWith('64') || type === 'Double' ? 8 : 4);
	b[`write${type}BE`](value);
	let list = [];
	for (let i = 0; i < b.length; i += 2)
		list.push(b.readUInt16BE(i));
	if (order & 1)
		list.reverse();
	return order & 2 ? list.map(w => (w & 255) << 8 | w >> 8) : list;
}

function all(column) {
	return VALUES.flatMap(v => [0, 1, 2, 3].flatMap(order => words(v[0], v[column], order)));
}

// ---- devices
const COILS = 200, REGISTERS = 400;

function tables() {
	const registers = all(1);
	while (registers.length < REGISTERS)
		registers.push(registers.length < 200 ? 0 : 0x5555);
	registers[199] = 0xFFFE; // a scale factor of -2
	const coils = [];
	for (let i = 0; i < COILS; i++)
		coils.push(i < 100 ? i % 3 === 0 : i >= 110 && i < 120);
	return { holding: registers, input: registers.slice(), coils, discrete: coils.slice() };
}

const devices = {
	'modbus-serial'() {
		const { ServerTCP } = require('modbus-serial');
		const t = tables();
		const at = (table, address) => {
			if (address >= table.length)
				throw { modbusErrorCode: 2, msg: 'no such address' };
			return table[address];
		};
		const put = (table, address, value) => {
			at(table, address);
			table[address] = value;
		};
		const server = new ServerTCP({
			getHoldingRegister: a => at(t.holding, a), getInputRegister: a => at(t.input, a),
			getCoil: a => at(t.coils, a), getDiscreteInput: a => at(t.discrete, a),
			setRegister: (a, v) => put(t.holding, a, v), setCoil: (a, v) => put(t.coils, a, v),
		}, { host, port: 0, unitID: 1 });
		server.on('initialized', () => console.log(server._server.address().port));
	},
	jsmodbus() {
		const { server } = require('jsmodbus');
		const t = tables();
		const bytes = list => {
			const b = Buffer.alloc(list.length * 2);
			list.forEach((w, i) => b.writeUInt16BE(w, i * 2));
			return b;
		};
		const bits = list => {
			const b = Buffer.alloc(Math.ceil(list.length / 8));
			list.forEach((on, i) => { b[i >> 3] |= on << (i & 7); });
			return b;
		};
		const tcp = new net.Server();
		new server.TCP(tcp, { holding: bytes(t.holding), input: bytes(t.input), coils: bits(t.coils), discrete: bits(t.discrete) });
		tcp.listen(0, host, () => console.log(tcp.address().port));
	},
};

// ---- masters: the same few questions to both; an exception is thrown with its number as .exception
const masters = {
	async 'modbus-serial'(at, unit) {
		const Client = require('modbus-serial');
		const c = new Client();
		await c.connectTCP(host, { port: at });
		c.setID(unit);
		c.setTimeout(5000);
		const of = promise => promise.then(r => r.data, e => { e.exception = e.modbusCode; throw e; });
		return {
			holding: (a, n) => of(c.readHoldingRegisters(a, n)), input: (a, n) => of(c.readInputRegisters(a, n)),
			coils: (a, n) => of(c.readCoils(a, n)), discrete: (a, n) => of(c.readDiscreteInputs(a, n)),
			put: (a, v) => of(c.writeRegister(a, v)), puts: (a, list) => of(c.writeRegisters(a, list)),
			putCoil: (a, v) => of(c.writeCoil(a, v)), putCoils: (a, list) => of(c.writeCoils(a, list)),
			mask: (a, and, or) => of(c.maskWriteRegister(a, and, or)),
			identify: () => of(c.readDeviceIdentification(2, 0)),
			end: () => new Promise(done => c.close(done)),
		};
	},
	async jsmodbus(at, unit) {
		const { client } = require('jsmodbus');
		const socket = new net.Socket();
		const c = new client.TCP(socket, unit, 5000);
		await new Promise((done, fail) => socket.once('error', fail).connect({ host, port: at }, done));
		const of = promise => promise.then(r => r.response.body, e => {
			e.exception = e.response && e.response.body.code;
			throw e;
		});
		const list = promise => of(promise).then(b => Array.from(b.valuesAsArray));
		const bits = promise => list(promise).then(l => l.map(Boolean));
		return {
			holding: (a, n) => list(c.readHoldingRegisters(a, n)), input: (a, n) => list(c.readInputRegisters(a, n)),
			coils: (a, n) => bits(c.readCoils(a, n)), discrete: (a, n) => bits(c.readDiscreteInputs(a, n)),
			put: (a, v) => of(c.writeSingleRegister(a, v)), puts: (a, l) => of(c.writeMultipleRegisters(a, l)),
			putCoil: (a, v) => of(c.writeSingleCoil(a, v)), putCoils: (a, l) => of(c.writeMultipleCoils(a, l)),
			end: () => new Promise(done => socket.end(done)),
		};
	},
};

async function refused(promise, exception) {
	let got = 'an answer';
	try {
		await promise;
	} catch (e) {
		got = e.exception === undefined ? String(e.message || e.err || e) : e.exception;
	}
	assert.strictEqual(got, exception);
}

async function until(what, condition) {
	const end = Date.now() + 20000;
	while (!await condition()) {
		assert(Date.now() < end, what);
		await new Promise(done => setTimeout(done, 50));
	}
}

async function written() {
	const m = await masters[kind](Number(port), 1);
	const want = all(2);
	for (let i = 0; i < want.length; i += 50)
		assert.deepStrictEqual(await m.holding(200 + i, Math.min(50, want.length - i)), want.slice(i, i + 50), `from ${200 + i}`);
	assert.deepStrictEqual(await m.holding(200 + want.length, 100 - want.length), Array(100 - want.length).fill(0x5555));
	assert.deepStrictEqual(await m.holding(300, 1), [0x5A75]); // bits 4 to 11 hold 0xA7, the others what they held
	assert.deepStrictEqual(await m.holding(310, 2), [3600, 5]); // a reversion timer and its value
	for (const [coil, is_on] of [[100, true], [101, false], [110, false], [111, true], [120, false]])
		assert.strictEqual((await m.coils(coil, 1))[0], is_on, `coil ${coil}`);
	await m.end();
}

const float = list => {
	const b = Buffer.alloc(4);
	b.writeUInt16BE(list[0], 0);
	b.writeUInt16BE(list[1], 2);
	return b.readFloatBE(0);
};

async function plant() {
	const hall = await masters[kind](15051, 1);
	const p = float(await hall.holding(0, 2));
	assert(p >= 100 && p <= 900, `city hall: ${p} kW`);
	await hall.put(22, 245);
	assert.deepStrictEqual(await hall.holding(22, 1), [245]);
	await hall.puts(22, [250]);
	assert.deepStrictEqual(await hall.holding(22, 1), [250]);
	if (hall.mask) {
		await hall.mask(22, 0xFFF0, 0x0005);
		assert.deepStrictEqual(await hall.holding(22, 1), [0xF5]);
	}
	await refused(hall.put(22, 999), 3);
	await refused(hall.put(0, 1), 2);
	await refused(hall.holding(9000, 1), 2);
	await hall.end();
	const nobody = await masters[kind](15051, 77);
	await refused(nobody.holding(0, 1), 11);
	await nobody.end();
	const lights = await masters[kind](15051, 5);
	const power = async () => float(await lights.holding(0, 2));
	await lights.putCoil(2, true);
	await until('the lights take power', async () => await power() > 3);
	assert.strictEqual((await lights.coils(2, 1))[0], true);
	await lights.putCoils(2, [false]);
	await until('the lights are out', async () => await power() < 0.5);
	await lights.end();
}

async function north() {
	const m = await masters[kind](Number(port), 1);
	assert.deepStrictEqual(await m.input(2, 2), [0x40E0, 0]); // M.B: 7
	assert.deepStrictEqual(await m.input(100, 2), [0x4110, 0]); // M.C: 9
	assert.deepStrictEqual((await m.input(30002, 2))[0], 0); // quality
	assert.deepStrictEqual(await m.input(60001, 1), [1]); // live
	await refused(m.input(4, 2), 2);
	await refused(m.input(3, 1), 2);
	await refused(m.holding(2, 2), 2);
	await refused(m.coils(0, 1), 1);
	await refused(m.put(40, 1), 1);
	await refused(m.puts(102, [0, 0]), 2);
	await refused(m.puts(40, [0x7FC0, 0]), 3); // NaN
	if (m.identify)
		assert.deepStrictEqual([(await m.identify())[0], (await m.identify())[6]], ['Chisan', 'Attacked']);
	const want = words('Float', Number(setpoint), 0);
	await m.puts(40, want);
	await until('the setpoint is done', async () => (await m.holding(30040, 1))[0] === 2);
	await until('and reads back', async () => float(await m.holding(40, 2)) === Number(setpoint));
	await m.end();
}

if (command === 'device')
	devices[kind]();
else
	({ written, plant, north })[command]().then(() => console.log(`ok: ${kind}, ${command}`), e => {
		console.error(`${kind}, ${command}:`, e);
		process.exit(1);
	});
