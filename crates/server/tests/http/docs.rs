//! Health, problems' pages, and the API's description.
//!
//! GET /health/live
//! GET /health/ready
//! GET /problems/{code}
//! GET /openapi.json
//! GET /docs
//! GET /docs/{*file}

use usher_api::ProblemCode;

use crate::house::TestHouse;

#[tokio::test]
async fn the_server_says_that_it_lives_is_ready_and_is_open() {
    let house = TestHouse::open();
    for path in ["/health/live", "/health/ready"] {
        let health = house.get(path).await.expect(200);
        assert_eq!((health["status"].as_str(), health["mode"].as_str()), (Some("UP"), Some("open")));
    }
}

#[tokio::test]
async fn every_problem_has_its_page() {
    let house = TestHouse::open();
    for code in ProblemCode::ALL {
        let page = house.get(&format!("/problems/{}", code.code())).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
        assert!(page.text().contains(code.code()));
    }
    house.get("/problems/nonsense").await.refused(404, "not-found");
}

#[tokio::test]
async fn the_description_and_its_pages_work_without_the_network() {
    let house = TestHouse::open();
    let api = house.get("/openapi.json").await.expect(200);
    assert!(api["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(api["paths"]["/api/reservations"]["post"].is_object());
    let front = house.get("/docs").await;
    assert_eq!((front.status, front.header("location")), (307, "/docs/index.html"));
    for (file, media_type) in [
        ("index.html", "text/html"),
        ("swagger-ui-bundle.js", "text/javascript"),
        ("swagger-initializer.js", "text/javascript"),
    ] {
        let page = house.get(&format!("/docs/{file}")).await;
        assert_eq!((page.status, page.header("content-type")), (200, media_type), "{file}");
        assert!(
            file == "swagger-ui-bundle.js" || !page.text().contains("https://"),
            "{file} names another host"
        );
    }
    house.get("/docs/nothing").await.refused(404, "not-found");
}
