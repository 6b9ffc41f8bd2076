// The console: the lineage of an event, from the raw one to all that was made of it, at any instant; and the newest events.
import './console.css';
import { start } from './console/app.jsx';

start(document.getElementById('page'));
