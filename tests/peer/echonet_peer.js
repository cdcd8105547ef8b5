// SPDX-License-Identifier: Apache-2.0
// echonet_peer.js node ADDRESS6-INTERFACE FOLDER - a node made with echonet-lite: a low-voltage meter, photovoltaics, an air conditioner.
//                 FOLDER/announce: "EOJ EPC HEX" is announced. FOLDER/seen: what it learned of others by its own search, as JSON.
// echonet_peer.js controller OWN OTHER - node-echonet-lite as a controller: it must find our node at OTHER, and read from it.
'use strict';
const fs = require('fs');

function node(zone, folder) {
	const EL = require('echonet-lite');
	const common = { '80': [0x30], '81': [0x08], '82': [0, 0, 0x52, 0], '88': [0x42], '8a': [0, 0, 0x77], '9e': [0x00] };
	const things = {
		'028801': Object.assign({ 'd3': [0, 0, 0, 2], 'd7': [6], 'e0': [0, 0, 0x30, 0x39], 'e1': [0x01], 'e3': [0, 0, 0, 9],
			'e7': [0xFF, 0xFF, 0xFE, 0x0C], 'e8': [0, 51, 0x7F, 0xFE], 'ea': [7, 0xEA, 11, 30, 12, 0, 0, 0, 0, 0x30, 0x38],
			'9d': [3, 0x80, 0x88, 0xE7],
			// 16 and more: bits
			'9f': [17, 0x41, 0x41, 0x01, 0x60, 0x00, 0x00, 0x00, 0x42, 0x41, 0x00, 0x01, 0x00, 0x00, 0x02, 0x02, 0x02] }, common),
		'027901': Object.assign({ 'e0': [0x0F, 0xA0], 'e1': [0, 1, 0xE2, 0x40], '9d': [1, 0x80],
			'9f': [11, 0x80, 0x81, 0x82, 0x88, 0x8A, 0x9D, 0x9E, 0x9F, 0xE0, 0xE1, 0xD1] }, common),
		'015701': Object.assign({ 'db': [0, 0, 0x13, 0x88], 'de': [0, 0, 0, 0], 'df': [0, 0, 0, 200], '9d': [1, 0x80],
			'9f': [11, 0x80, 0x81, 0x82, 0x88, 0x8A, 0x9D, 0x9E, 0x9F, 0xDB, 0xDE, 0xDF] }, common, { '9e': [1, 0xDE] }),
	};
	const user = (rinfo, els) => {
		if (!things[els.DEOJ])
			return;
		if (els.ESV === EL.GET)
			EL.replyGetDetail(rinfo, els, things);
		if (els.ESV === EL.SETC) {
			for (const epc in els.DETAILs)
				if (things[els.DEOJ][epc])
					things[els.DEOJ][epc] = EL.toHexArray(els.DETAILs[epc]);
			EL.replySetDetail(rinfo, els, things);
		}
	};
	EL.initialize(Object.keys(things), user, 0, { v6: zone, ignoreMe: true, autoGetProperties: false }).then(() => {
		console.log('ready');
		setInterval(() => EL.search(), 1000);
		setInterval(() => {
			fs.writeFileSync(folder + '/seen', JSON.stringify(EL.facilities));
			if (!fs.existsSync(folder + '/announce'))
				return;
			const [eoj, epc, hex] = fs.readFileSync(folder + '/announce', 'utf8').trim().split(' ');
			fs.unlinkSync(folder + '/announce');
			things[eoj][epc] = EL.toHexArray(hex);
			EL.sendOPC1('224.0.23.0', eoj, '0ef001', EL.INF, epc, things[eoj][epc]);
		}, 100);
	});
}

function controller(own, other) {
	const EchonetLite = require('node-echonet-lite');
	const el = new EchonetLite({ type: 'lan', netif: own });
	let is_found = false;
	el.init(err => {
		if (err)
			throw err;
		el.startDiscovery((error, res) => {
			if (error || is_found || res.device.address !== other)
				return;
			is_found = true;
			el.stopDiscovery();
			const eoj = res.device.eoj[0];
			console.log('found ' + JSON.stringify(eoj));
			el.getPropertyMaps(other, eoj, (e, maps) => {
				console.log('maps ' + JSON.stringify(maps && maps.message.data));
				el.getPropertyValue(other, eoj, 0x88, (e2, value) => {
					console.log('fault ' + JSON.stringify(value && value.message.data));
					process.exit(0);
				});
			});
		});
	});
}

if (process.argv[2] === 'node')
	node(process.argv[3], process.argv[4]);
else
	controller(process.argv[3], process.argv[4]);
