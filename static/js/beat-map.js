/* Beats on a Leaflet map: shown, drawn and edited. The coordinates' text field stays the one truth of a drawing,
   so that everything can also be typed; without a tile address the ground is plain with a graticule. */
(function () {
  "use strict";

  var COLOURS = { low: "#2f6f4f", medium: "#9a6700", high: "#b42318" };
  var CHINA = [35.5, 105];
  var SHAPES = { point: "Marker", line: "Polyline", area: "Polygon" };

  function element(tag, className) {
    var found = document.createElement(tag);
    found.className = className;
    return found;
  }

  function pin(className, size) {
    return L.divIcon({ className: className, iconSize: [size, size] });
  }

  function makeMap(root) {
    var map = L.map(root, { zoomControl: false, attributionControl: Boolean(root.dataset.credit), minZoom: 3, maxZoom: 19 });
    L.control.zoom({ zoomInTitle: root.dataset.zoomIn, zoomOutTitle: root.dataset.zoomOut }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    if (map.attributionControl) { map.attributionControl.setPrefix(false); }
    if (root.dataset.tiles) {
      L.tileLayer(root.dataset.tiles, { attribution: root.dataset.credit, maxZoom: 19 }).addTo(map);
    } else {
      addGraticule(map);
    }
    addCursorPlace(map);
    return map;
  }

  /* Lines of longitude and latitude at a round distance, with their degrees at the edge. */
  function addGraticule(map) {
    var group = L.layerGroup().addTo(map);
    function draw() {
      group.clearLayers();
      var bounds = map.getBounds();
      var width = bounds.getEast() - bounds.getWest();
      var power = Math.pow(10, Math.floor(Math.log10(width / 4)));
      var step = [1, 2, 5, 10].map(function (n) { return n * power; }).filter(function (n) { return width / n <= 8; })[0];
      var digits = Math.max(0, -Math.floor(Math.log10(step)));
      var n;
      for (n = Math.ceil(bounds.getWest() / step); n * step < bounds.getEast(); n++) {
        line([[bounds.getSouth(), n * step], [bounds.getNorth(), n * step]], [bounds.getSouth(), n * step], (n * step).toFixed(digits), [-3, 14]);
      }
      for (n = Math.ceil(bounds.getSouth() / step); n * step < bounds.getNorth(); n++) {
        line([[n * step, bounds.getWest()], [n * step, bounds.getEast()]], [n * step, bounds.getEast()], (n * step).toFixed(digits), [44, -2]);
      }
    }
    function line(ends, at, text, anchor) {
      L.polyline(ends, { color: "#c9d2c4", weight: 1, interactive: false }).addTo(group);
      L.marker(at, { icon: L.divIcon({ className: "graticule-label", html: text, iconSize: null, iconAnchor: anchor }), interactive: false, keyboard: false }).addTo(group);
    }
    map.on("moveend", draw);
  }

  function addCursorPlace(map) {
    var control = L.control({ position: "bottomright" });
    control.onAdd = function () { return element("div", "cursor-place"); };
    control.addTo(map);
    map.on("mousemove", function (event) {
      control.getContainer().textContent = event.latlng.lng.toFixed(5) + ", " + event.latlng.lat.toFixed(5);
    });
  }

  function toLatLng(place) { return L.latLng(place[1], place[0]); }

  function layerOf(kind, places, colour) {
    var found = places.map(toLatLng);
    if (kind === "point") { return L.marker(found[0], { icon: pin("beat-pin", 14), keyboard: false }); }
    if (kind === "line") { return L.polyline(found, { color: colour, weight: 5 }); }
    return L.polygon(found, { color: colour, weight: 2, fillOpacity: .15 });
  }

  function placesOf(geometry) {
    if (geometry.type === "Point") { return [geometry.coordinates]; }
    return geometry.type === "Polygon" ? geometry.coordinates[0].slice(0, -1) : geometry.coordinates;
  }

  /* Names and windows are text of users: put in as text nodes, never as markup. */
  function label(text) {
    var span = element("span", "");
    span.textContent = text;
    return span;
  }

  function showBeats(map, beats, faint) {
    var group = L.featureGroup().addTo(map);
    var byId = {};
    beats.forEach(function (beat) {
      if (beat.geometry) {
        var layer = layerOf(beat.kind, placesOf(beat.geometry), faint ? "#8a94a3" : COLOURS[beat.risk]);
        layer.bindTooltip(label(beat.name), { permanent: !faint, direction: "top", className: "beat-name" });
        if (beat.url) { layer.on("click", function () { window.location.assign(beat.url); }); }
        byId[beat.id] = layer.addTo(group);
      }
      beat.checkpoints.forEach(function (stop) {
        L.marker(toLatLng(stop.place), { icon: pin("stop-pin", 10), keyboard: false })
          .bindTooltip(label(stop.name + (stop.windows ? " " + stop.windows : ""))).addTo(group);
      });
    });
    return { group: group, byId: byId };
  }

  function fit(map, layers) {
    var bounds = L.latLngBounds([]);
    layers.forEach(function (layer) { bounds.extend(layer.getBounds()); });
    if (bounds.isValid()) { map.fitBounds(bounds.pad(.15), { maxZoom: 16 }); } else { map.setView(CHINA, 4); }
  }

  /* --- editing one beat ---------------------------------------------------------------------------------------- */

  function Editor(root, map) {
    var self = this;
    this.root = root;
    this.map = map;
    this.field = document.getElementById(root.dataset.editable);
    this.kind = document.getElementById("id_kind");
    this.own = L.featureGroup().addTo(map);
    this.stops = L.featureGroup().addTo(map);
    this.tools = document.querySelector("[data-map-tools]");
    this.hint = this.tools.querySelector("[data-map-hint]");
    this.finishButton = this.tools.querySelector("[data-map-finish]");
    this.tools.hidden = false;
    this.tools.querySelector("[data-map-draw]").addEventListener("click", function () { self.draw(); });
    this.tools.querySelector("[data-map-clear]").addEventListener("click", function () { self.clear(); });
    this.finishButton.addEventListener("click", function () { self.finish(); });
    this.field.addEventListener("change", function () { self.read(); });
    this.kind.addEventListener("change", function () { self.stop(); self.clear(); });
    map.on(L.Draw.Event.CREATED, function (event) { self.take(event.layer); });
    map.on(L.Draw.Event.DRAWSTOP, function () { self.finishButton.disabled = true; self.hint.textContent = ""; });
    this.read();
    this.watchStops();
  }

  Editor.prototype.read = function () {
    var places = this.field.value.split("\n").map(function (line) {
      return line.split(/[,;，；\s]+/).filter(Boolean).map(Number);
    }).filter(function (place) { return place.length === 2 && place.every(isFinite); });
    this.own.clearLayers();
    if (places.length) { this.show(layerOf(this.kind.value, places, "#1f5fbf")); }
  };

  Editor.prototype.show = function (layer) {
    var self = this;
    this.own.clearLayers();
    this.own.addLayer(layer);
    if (layer.dragging && layer.getLatLng) {
      layer.dragging.enable();
      layer.on("dragend", function () { self.write(layer); });
    } else if (layer.editing) {
      layer.editing.enable();
      layer.on("edit", function () { self.write(layer); });
    }
  };

  Editor.prototype.write = function (layer) {
    var found = layer.getLatLng ? [layer.getLatLng()] : layer.getLatLngs();
    if (Array.isArray(found[0])) { found = found[0]; }
    this.field.value = found.map(function (at) { return at.lng.toFixed(6) + ", " + at.lat.toFixed(6); }).join("\n");
  };

  Editor.prototype.take = function (layer) {
    if (layer.setIcon) { layer.setIcon(pin("beat-pin", 14)); }
    this.show(layer);
    this.write(layer);
  };

  Editor.prototype.draw = function () {
    var shape = SHAPES[this.kind.value];
    this.stop();
    this.clear();
    var options = shape === "Marker" ? { icon: pin("beat-pin", 14) } : { shapeOptions: { color: "#1f5fbf", weight: 4 }, showLength: false, allowIntersection: true };
    this.drawing = new L.Draw[shape](this.map, options);
    this.drawing.enable();
    this.finishButton.disabled = shape === "Marker";
    this.hint.textContent = shape === "Marker" ? this.root.dataset.placeStart : this.root.dataset.shapeStart;
  };

  Editor.prototype.finish = function () {
    if (this.drawing && this.drawing.completeShape) { this.drawing.completeShape(); }
  };

  Editor.prototype.stop = function () {
    if (this.drawing) { this.drawing.disable(); this.drawing = null; }
  };

  Editor.prototype.clear = function () {
    this.own.clearLayers();
    this.field.value = "";
  };

  /* Checkpoints: a marker for each row; a row's button takes the next click on the map. */
  Editor.prototype.watchStops = function () {
    var self = this;
    document.querySelectorAll("[data-stop]").forEach(function (row) {
      var button = row.querySelector("[data-stop-pick]");
      button.hidden = false;
      button.addEventListener("click", function () { self.pick(row); });
      row.addEventListener("change", function () { self.showStops(); });
    });
    this.showStops();
  };

  Editor.prototype.pick = function (row) {
    var self = this;
    this.stop();
    this.root.classList.add("is-picking");
    this.hint.textContent = this.root.dataset.stopStart;
    this.root.scrollIntoView({ block: "center" });
    // The handles of the drawing would swallow a click that falls on them.
    this.own.eachLayer(function (layer) { if (layer.editing) { layer.editing.disable(); } });
    this.map.once("click", function (event) {
      row.querySelector('[name$="-longitude"]').value = event.latlng.lng.toFixed(6);
      row.querySelector('[name$="-latitude"]').value = event.latlng.lat.toFixed(6);
      self.root.classList.remove("is-picking");
      self.hint.textContent = "";
      self.showStops();
      self.read();
    });
  };

  Editor.prototype.showStops = function () {
    var group = this.stops.clearLayers();
    document.querySelectorAll("[data-stop]").forEach(function (row) {
      var x = row.querySelector('[name$="-longitude"]').value;
      var y = row.querySelector('[name$="-latitude"]').value;
      if (x === "" || y === "" || Math.abs(x) > 180 || Math.abs(y) > 90) { return; }
      L.marker([Number(y), Number(x)], { icon: pin("stop-pin", 10), keyboard: false })
        .bindTooltip(label(row.querySelector('[name$="-name"]').value)).addTo(group);
    });
  };

  function translate(root) {
    var words = L.drawLocal.draw.handlers;
    words.marker.tooltip.start = root.dataset.placeStart;
    ["polyline", "polygon"].forEach(function (shape) {
      words[shape].tooltip.start = root.dataset.shapeStart;
      words[shape].tooltip.cont = root.dataset.shapeNext;
      words[shape].tooltip.end = root.dataset.shapeEnd;
    });
  }

  function init(root) {
    translate(root);
    L.Icon.Default.imagePath = "";
    L.Polyline._flat = L.LineUtil.isFlat; // what the drawing plugin still calls by its old name
    var map = makeMap(root);
    var editable = Boolean(root.dataset.editable);
    map.setView(CHINA, 4);
    var shown = showBeats(map, JSON.parse(root.dataset.beats || "[]"), editable);
    var editor = editable ? new Editor(root, map) : null;
    var first = editor ? [editor.own, editor.stops].filter(function (group) { return group.getLayers().length; }) : [];
    fit(map, first.length ? first : [shown.group]);
    document.querySelectorAll("[data-show-beat]").forEach(function (link) {
      link.addEventListener("click", function (event) {
        var layer = shown.byId[link.dataset.showBeat];
        event.preventDefault();
        if (!layer) { return; }
        map.fitBounds(layer.getBounds ? layer.getBounds().pad(.3) : layer.getLatLng().toBounds(400), { maxZoom: 17 });
        root.scrollIntoView({ block: "center" });
      });
    });
    root.beatMap = map; // for the browser tests
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-beat-map]").forEach(init);
  });
})();
