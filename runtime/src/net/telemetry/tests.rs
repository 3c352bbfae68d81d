#[cfg(feature = "metrics")]
mod counters {
    use std::collections::BTreeMap;
    use std::string::{String, ToString as _};
    use std::sync::{Arc, Mutex};

    use metrics::{
        Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
    };

    use super::super::*;

    /// What was told last, by name.
    #[derive(Clone, Default)]
    struct Told(Arc<Mutex<BTreeMap<String, f64>>>);

    struct Named(Told, String);

    impl Named {
        fn set(&self, value: f64) {
            self.0.0.lock().unwrap().insert(self.1.clone(), value);
        }
    }

    impl CounterFn for Named {
        fn increment(&self, _: u64) {
            panic!("counters are told whole");
        }

        fn absolute(&self, value: u64) {
            self.set(f64::from(u32::try_from(value).unwrap()));
        }
    }

    impl GaugeFn for Named {
        fn increment(&self, _: f64) {
            panic!("gauges are told whole");
        }

        fn decrement(&self, _: f64) {
            panic!("gauges are told whole");
        }

        fn set(&self, value: f64) {
            Named::set(self, value);
        }
    }

    impl Recorder for Told {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
            Counter::from_arc(Arc::new(Named(self.clone(), key.name().to_string())))
        }

        fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
            Gauge::from_arc(Arc::new(Named(self.clone(), key.name().to_string())))
        }

        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::noop()
        }
    }

    #[test]
    fn counters_are_told_once_a_while_after_something_happened() {
        let told = Told::default();
        let (counters, usage) =
            (Counters { requests: 7, ..Counters::default() }, Usage { exchanges: 3, ..Usage::default() });
        let mut metrics = Metrics::default();
        metrics::with_local_recorder(&told, || {
            let mut tell = |millis, stirs: bool| {
                let now = Instant::from_millis(millis);
                if stirs {
                    metrics.stir(now);
                }
                metrics.tell(now, || (counters, usage), &Registry::default());
                metrics.next().map(Instant::as_millis)
            };
            assert_eq!(tell(0, false), None);
            assert_eq!(tell(500, true), Some(1500));
            assert_eq!(tell(900, true), Some(1500));
            assert!(told.0.lock().unwrap().is_empty());
            assert_eq!(tell(1500, false), None);
        });
        let told = told.0.lock().unwrap();
        assert_eq!((told["coap_requests_total"], told["coap_exchanges"], told["coap_connections"]), (7.0, 3.0, 0.0));
        assert_eq!((told["coap_calls_refused_total"], told["coap_connections_refused_total"]), (0.0, 0.0));
        assert!(told.len() > 30, "{told:?}");
    }
}

#[cfg(feature = "tracing")]
mod spans {
    use std::string::String;
    use std::sync::{Arc, Mutex};

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing::{Event, Metadata, Subscriber};

    use super::super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<String>>);

    impl Visit for Lines {
        fn record_debug(&mut self, field: &Field, value: &dyn core::fmt::Debug) {
            use core::fmt::Write as _;
            write!(self.0.lock().unwrap(), " {}={value:?}", field.name()).unwrap();
        }
    }

    impl Subscriber for Lines {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn new_span(&self, span: &Attributes<'_>) -> Id {
            self.0.lock().unwrap().push_str(span.metadata().name());
            span.record(&mut self.clone());
            Id::from_u64(1)
        }

        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {}
        fn enter(&self, _: &Id) {}

        fn exit(&self, _: &Id) {
            self.0.lock().unwrap().push_str(" end");
        }
    }

    #[test]
    fn a_message_has_a_span_with_its_peer_code_and_path() {
        let lines = Lines::default();
        let peer = Peer::insecure("[2001:db8::1]:5683".parse().unwrap());
        tracing::subscriber::with_default(lines.clone(), || {
            drop(message(peer, &[0x40, 0x01, 0x00, 0x01, 0xb1, b'c']));
        });
        let expected = "coap.message peer=[2001:db8::1]:5683 session=0 bytes=6 message=GET /c end";
        assert_eq!(*lines.0.lock().unwrap(), expected);
    }
}
